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
device = { $browser } on { $system }
device-unknown = Unknown device

# Dates
date = { $day } { $month } { $year }
date-time = { $date }, { $time }
month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December
