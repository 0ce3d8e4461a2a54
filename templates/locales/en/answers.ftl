# Answers
thinking = Thinking
thought-briefly = Thought briefly
thought-for = { $seconds ->
        [one] Thought for { $seconds } second
       *[other] Thought for { $seconds } seconds
    }
stopped = You stopped this answer.
stepped-in = { $model } answered, since { $asked } could not.
left-out = { $count ->
        [one] The first message did not fit into what this model reads and was left out.
       *[other] The first { $count } messages did not fit into what this model reads and were left out.
    }
interrupted = The answer was interrupted
interrupted-text = The server went away in the middle. Everything above is saved; you can ask for the answer again.
failed-before = There is no answer yet
failed-midway = The answer broke off
failure-rate-limited = { $provider } asks us to slow down. Your message is saved: try again in a moment, or choose another model.
failure-overloaded = { $provider } has more to do than it can just now. Your message is saved: try again in a moment, or choose another model.
failure-resting = { $provider } has failed several times in a row and is left alone for a moment. Your message is saved: try again in a minute, or choose another model.
failure-unavailable = { $provider } cannot be reached. Your message is saved: try again in a moment, or choose another model.
failure-unauthorized = { $provider } refused the API key. If it is your own, enter it again in the settings; if it is the server’s, ask its administrator to check it.
failure-forbidden = The API key may not do this at { $provider }. Another model may work; what a key may do is set in the account there.
failure-key-missing = There is no API key for { $provider }. Choose another model, add a key of your own in the settings, or ask the administrator of this server.
failure-key-unreadable = Your API key for { $provider } cannot be read on this server any more. Please enter it again in the settings.
failure-out-of-credit = The account at { $provider } has no credit left. Whoever it belongs to can add some there; another model may work meanwhile.
failure-model-missing = { $provider } does not offer this model, or not any more. Please choose another one.
failure-model-ambiguous = More than one provider offers a model of this name. Choose one from the list, so that it is clear who is asked.
failure-banned = { $provider } has switched off this account or its key. Pick another model, or clear it up with { $provider }.
failure-too-long = This conversation is longer than the model can read. Start a new one, or choose a model that reads more.
failure-filtered = { $provider } does not answer this, by its rules about content. Other words, or another model, may help.
failure-cut = { $provider } closed the connection in the middle. What arrived is saved.
failure-stalled = { $provider } stopped sending in the middle. What arrived is saved.
failure-malformed = { $provider } sent something that could not be understood. What arrived is saved.
failure-refused = { $provider } did not accept the question as it was asked. Another model, or other settings of this conversation, may help.
failure-internal = Something failed on this server. What arrived is saved.
retry = Try again
copy = Copy
copied = Copied
wrap = Wrap lines
copy-failed = Copying is not allowed here
announce-ready = { $blocks ->
        [one] Answer ready.
       *[other] Answer ready, { $blocks } paragraphs.
    }
announce-stopped = Answer stopped.
announce-failed = The answer failed.
announce-interrupted = The answer was interrupted.
code-theme-auto = Like the page
code-theme-shore = Shore (light)
code-theme-paper = Paper (light)
code-theme-deep = Deep (dark)
code-theme-ember = Ember (dark)
edit = Edit
edit-message = Edit your message
edit-message-text = A new version with an answer of its own; the one that is there stays.
send-edit = Send
retry-with = Try again with …
retry-with-title = Try again with another model
retry-with-text = A new answer beside the one that is there.
go-on = Continue
fork = Fork from here
fork-title = { $title } (fork)
show-source = Show as Markdown
message-menu = More about this message
version = Version { $index } of { $count }
previous-version = Previous version
next-version = Next version
keep-this = Keep this one
stop-this = Stop this answer
compare = Compare
compare-with = Compare with
continued = Begun by { $before }, continued by { $model }
tool-asked = Asked for the tool { $tool }
tool-unavailable = not available here
tool-nameless = without a name
answer-details = About this answer
detail-asked = Model
detail-answered = Answered by
detail-begun = Begun by
detail-took = Duration
detail-first = First word after
detail-thought = Thinking
detail-seconds = { $seconds } s
detail-input = Tokens in
detail-cached = of these cached
detail-output = Tokens out
detail-reasoning = of these thinking
detail-speed = Tokens per second
detail-cost = Cost
detail-dollars = { $dollars } US dollars
