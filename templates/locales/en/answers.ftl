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
failure-unavailable = { $provider } cannot be reached. Your message is saved: try again in a moment, or choose another model.
failure-banned = { $provider } has switched off this account or its key. Pick another model, or clear it up with { $provider }.
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
