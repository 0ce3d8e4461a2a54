# Freshet in English. One message per line of thought; keys are named after the place they stand in.

name = Freshet
tagline = AI chat that keeps its word
skip-to-content = Skip to content
dismiss = Dismiss
close = Close
request-id = Reference
foot = Runs on your own machine.

# Signing in
sign-in = Sign in
sign-in-text = Good to have you back.
sign-out = Sign out
create-account = Create account
email = Email
password = Password
password-hint = At least 8 characters. A few unrelated words work well.
your-name = Name
no-account = New here?
have-account = Already have an account?
register-text = An account keeps your conversations, and only you can read them.
register-first-text = You are the first one here: this account will administer the server.
register-closed = Registration is closed. Ask the administrator of this server for an account.
register-too-many = Too many accounts were made from here. Please try again later.
setup-token = Setup token
setup-token-hint = It was printed when the server started.
login-wrong = That email and password do not match an account.
login-too-many = { $minutes ->
        [one] Too many tries. Please wait a minute.
       *[other] Too many tries. Please wait { $minutes } minutes.
    }
login-suspended = This account is suspended. Ask the administrator of this server.
field-name-missing = What should we call you?
field-name-too-long = Please choose a shorter name.
field-email-invalid = That does not look like an email address.
field-email-taken = There is already an account with this address.
field-password-too-short = Too short: use at least 8 characters.
field-password-too-long = Too long: use at most 1,024 bytes.
field-password-too-easy = Too easy to guess. Try a few unrelated words.
field-setup-token-wrong = That is not the token this server printed.

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

# Chat
conversations = Conversations
no-conversations = Your conversations will appear here.
older-conversations = Older conversations
new-chat = New chat
untitled = New conversation
answering = Answering
messages = Messages
older-messages = Show earlier messages
answer-goes-on = The answer goes on: load the rest
newest-messages = Back to the newest messages
message = Message
message-placeholder = Ask anything
model = Model
send = Send
stop = Stop
check-answers = Models make mistakes. Check what matters.
connection-lost = The connection is lost; trying again. Nothing gets lost meanwhile.
jump-to-latest = Jump to the latest message
you-said = You said
model-said = { $model } said
welcome = What is on your mind?
welcome-name = What is on your mind, { $name }?
welcome-text = Write below, or begin with one of these.
idea-explain = Explain
idea-explain-prompt = Explain how tides work to a curious ten-year-old
idea-code = Write code
idea-code-prompt = Write a Rust function that merges overlapping time ranges
idea-compare = Compare
idea-compare-prompt = Compare SQLite and PostgreSQL for a small team, as a table
idea-write = Draft
idea-write-prompt = Draft a short, friendly note that moves a meeting to Thursday
age-today = Today
age-yesterday = Yesterday
age-week = Last 7 days
age-month = Last 30 days
age-older = Older

# Answers
thinking = Thinking
thought-briefly = Thought briefly
thought-for = { $seconds ->
        [one] Thought for { $seconds } second
       *[other] Thought for { $seconds } seconds
    }
stopped = You stopped this answer.
interrupted = The answer was interrupted
interrupted-text = The server went away in the middle. Everything above is saved; you can ask for the answer again.
failed-before = There is no answer yet
failed-midway = The answer broke off
failure-rate-limited = { $provider } asks us to slow down. Your message is saved: try again in a moment, or choose another model.
failure-unavailable = { $provider } cannot be reached. Your message is saved: try again in a moment, or choose another model.
failure-unauthorized = { $provider } refused the API key. Ask the administrator of this server to check it.
failure-out-of-credit = The account at { $provider } has no credit left.
failure-model-missing = { $provider } does not offer this model any more. Please choose another one.
failure-too-long = This conversation is longer than the model can read. Start a new one, or choose a model that reads more.
failure-filtered = { $provider } ended the answer with its content filter.
failure-cut = { $provider } closed the connection in the middle. What arrived is saved.
failure-stalled = { $provider } stopped sending in the middle. What arrived is saved.
failure-malformed = { $provider } sent something that could not be understood. What arrived is saved.
failure-internal = Something failed on this server. What arrived is saved.
retry = Try again
copy = Copy
copied = Copied
copy-failed = Copying is not allowed here
announce-ready = { $blocks ->
        [one] Answer ready.
       *[other] Answer ready, { $blocks } paragraphs.
    }
announce-stopped = Answer stopped.
announce-failed = The answer failed.
announce-interrupted = The answer was interrupted.

# Short messages
offline = The server cannot be reached. Your text is kept.
refused = The server did not take that. Your text is kept.
notice-signed-out = You are signed out.
notice-session-expired = Your session has ended. Please sign in again.
notice-session-revoked = That session is signed out.
notice-others-revoked = All other sessions are signed out.
notice-still-answering = An answer is still running here. Wait for it, or stop it first.
notice-empty-message = There is nothing to send yet.
notice-message-too-long = That message is too long to send.
notice-unknown-model = That model is not available. Please choose another one.
notice-failed = Something went wrong on our side. Nothing was lost.

# Settings
settings = Settings
back-to-chats = Back to chats
profile = Profile
admin = Administrator
member-since = Member since
appearance = Appearance
appearance-text = Light, dark, or whatever your system prefers.
theme = Theme
theme-system = System
theme-light = Light
theme-dark = Dark
sessions = Where you are signed in
sessions-text = Revoke a session you do not recognise; it is signed out at once.
this-session = This one
last-used = last used
revoke = Revoke
revoke-device = Revoke { $device }
revoke-others = Sign out everywhere else

# Errors
go-home = Go to the start page
error-not-found = There is nothing here
error-not-found-text = The page does not exist, or it is not yours to see.
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
