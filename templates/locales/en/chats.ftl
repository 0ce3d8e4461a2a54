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
age-in = { $month ->
        [1] January
        [2] February
        [3] March
        [4] April
        [5] May
        [6] June
        [7] July
        [8] August
        [9] September
        [10] October
        [11] November
       *[12] December
    } { $year }
pinned = Pinned
more-pinned = More pinned conversations
all-conversations = All conversations and the archive
options = Options
options-of = Options: { $title }
rename = Rename
rename-title = Rename conversation
rename-label = Name
pin = Pin
unpin = Unpin
archive = Archive
unarchive = Take out of the archive
delete = Delete
undo = Undo
delete-title = Delete conversation?
delete-for-good = It will be gone for good.
delete-for-now = { $minutes ->
        [one] You can undo this for a minute. Then it is gone for good.
       *[other] You can undo this for { $minutes } minutes. Then it is gone for good.
    }
notice-chat-deleted = Conversation deleted.
notice-chat-archived = Conversation archived.
notice-chat-restored = The conversation is back.
notice-chat-gone = That conversation is gone for good.
field-title-empty = Please give it a name.

# All conversations
show = Show
show-all = All
archived = Archived
nothing-here = Your conversations will stand here.
nothing-pinned = Pin a conversation in its menu, and it stays within reach here.
nothing-archived = Archive what is done: it leaves the list, and can still be found here and by searching.
show-all-conversations = Show all conversations
newest-conversations = Newest conversations

# Search
search = Search
search-label = Search your conversations
search-placeholder = Words, or a "phrase"
search-hint = Finds titles and messages, the newest first.
search-nothing = Nothing found. Fewer or shorter words may help.
search-more = Show more
hit-you = You
hit-model = Answer
hit-title = Title
