# Freshet in English. One message per line of thought; keys are named after the place they stand in.

name = Freshet
tagline = AI chat that keeps its word
skip-to-content = Skip to content
dismiss = Dismiss
close = Close
cancel = Cancel
go-back = Back
request-id = Reference
foot = Runs on your own machine.

# Landing
hero = Answers that keep flowing
hero-text = Freshet is an AI chat server you run yourself: one program, the models you choose, and answers that survive reloads, crashes and bad networks.
read-api = Browse the API
claims = What Freshet promises
claim-resume = Nothing is lost midway
claim-resume-text = Every word is stored before you see it. Reload, switch devices or lose the network: the answer goes on where it was.
claim-own = Yours, all of it
claim-own-text = Conversations live in a database on your machine. You choose which provider reads a message, or run a model at home.
claim-light = Light by nature
claim-light-text = One small program without setup. Pages under 60 kB that work on an old phone, and even without JavaScript.
demo-question = How do rivers carry sediment?

# Start page
home = Home
home-title = What is next, { $name }?
home-continue = Continue
home-ideas = Ideas
home-commands = Commands
home-running = Being answered now
home-pinned = Pinned
home-recent = Recent
home-compare = Compare two models
home-empty = Write above, or begin with one of these.

# Palette and shortcuts
palette-label = Commands
palette-title = Commands (Ctrl+K)
palette-placeholder = Conversation or command
palette-actions = Actions
palette-here = In this conversation
palette-none = Nothing with that name. Enter searches in all messages.
palette-light = Light colours
palette-dark = Dark colours
palette-system = Colours of the system
search-chats = Search conversations
shortcuts = Keyboard shortcuts
shortcuts-on = Use these shortcuts in this browser
shortcut-palette = Commands and conversations
shortcut-focus = Write a message
shortcut-send = Send
shortcut-break = New line
shortcut-stop = Stop the answer, close what is open
shortcut-sidebar = Show or hide conversations
shortcut-model = Choose a model
shortcut-copy-answer = Copy the last answer
shortcut-copy-code = Copy the last code

# Short messages
offline = The server cannot be reached. Your text is kept.
refused = The server did not take that. Your text is kept.
notice-signed-out = You are signed out.
notice-session-expired = Your session has ended. Please sign in again.
notice-session-revoked = That session is signed out.
notice-others-revoked = All other sessions are signed out.
notice-saved = Saved.
notice-password-changed = Your password is changed. Everywhere else you are signed out.
notice-account-deleted = Your account and everything in it is deleted.
notice-still-answering = An answer is still running here. Wait for it, or stop it first.
notice-empty-message = There is nothing to send yet.
notice-message-too-long = That message is too long to send.
notice-branch-too-long = There are too many messages up to here to begin a copy.
notice-unknown-model = That model is not available. Please choose another one.
notice-failed = Something went wrong on our side. Nothing was lost.

# Errors
go-home = Go to the start page
error-again = Try again
error-not-found = There is nothing here
error-not-found-text = What you look for does not exist, or it is not yours to see.
error-forbidden = This is not for you
error-forbidden-text = Your account is not allowed to do that.
error-sign-in = Please sign in
error-sign-in-text = You need to be signed in to see this page.
error-bad-request = That request made no sense
error-bad-request-text = Something in it was missing or malformed. Go back and try once more.
error-too-large = That is too large
error-too-large-text = The server does not accept that much at once.
error-too-many = One moment, please
error-too-many-text = There were too many requests from you. Wait a little, then try again.
error-conflict = Something changed meanwhile
error-conflict-text = Go back, look at the newest state, and try again.
error-unavailable = Back in a moment
error-unavailable-text = The server cannot answer just now. Your conversations are safe; try again shortly.
error-internal = Something broke on our side
error-internal-text = It was recorded. Your conversations are safe; trying again often helps.

# Without a connection
no-connection = No connection
no-connection-text = Either this device is offline or the server is. What you have written is kept.
