# Models: all of them to choose from, and how their providers do.
all-models = All models
favourites = Favourites
favourite = Favourite: { $model }
favourite-title = Favourite
models-search = Search models
models-filters = What a model can do
models-count = { $n ->
        [0] No model fits
        [one] { $n } model
       *[other] { $n } models
    }
models-prices = prices in US dollars per million tokens, in / out
models-none = No model fits. Look for something else, or take a filter away.
models-beyond = There are { $n } more: search for them.
models-more = { $n ->
        [one] Show one more of { $provider }
       *[other] Show { $n } more of { $provider }
    }
ability-all = All
ability-vision = Looks at pictures
ability-pdf = Reads PDF
ability-tools = Calls tools
ability-reasoning = Thinks first
ability-images = Makes pictures
context-window = Context window:
price-in = Price in:
price-out = out:
tokens-millions = { $n }M
tokens-thousands = { $n }k
model-retires = Until
model-gone = { $model } is not available (any more). Please choose another model.
own-key = Your key
list-fetched = List fetched
list-built-in = Built-in list
list-failed = the provider’s own could not be fetched
needs-key = Needs a key
needs-key-text = These providers are there as soon as there is a key for them.
add-key = Add a key of your own
providers = Providers
providers-text = Who answers, and how they have done in the last five minutes, as this server saw it.
refresh-lists = Fetch the lists of models
key-used = Key
key-own = Your own
key-server = The server’s
key-none = None is needed
host = Host
host-private = In a private network
calls = Calls
calls-none = None in the last five minutes
calls-failed = { $calls }, of which { $failed } failed
first-word = First word
first-word-ms = after { $median } ms; 19 of 20 within { $most } ms
last-error = Last error
provider-fine = Available
provider-troubled = Has trouble
provider-rests = { $n ->
        [one] Rests for 1 more second
       *[other] Rests for { $n } more seconds
    }
notice-lists-fetched = The lists of models were fetched.
notice-too-soon = That was done a moment ago. Please try again later.
notice-too-many-favourites = Those are too many favourites: 200 are the most.
why-key = The key was not accepted.
why-money = The account has no credit left.
why-slow-down = It asks us to slow down.
why-overloaded = It is overloaded.
why-unreachable = It cannot be reached.
why-silent = It went silent.
why-cut = It closed the connection in the middle.
why-odd = It said something that could not be understood.
why-model = It does not offer the model that was asked for.
why-request = It refused what was sent: too long, or against its rules.
why-failed = It failed.
