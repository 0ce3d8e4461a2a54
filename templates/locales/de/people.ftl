# Anmelden
sign-in = Anmelden
sign-in-text = Schön, dass du wieder da bist.
sign-out = Abmelden
create-account = Konto anlegen
email = E-Mail
password = Passwort
password-hint = Mindestens 8 Zeichen. Ein paar Wörter ohne Zusammenhang sind gut.
your-name = Name
no-account = Neu hier?
have-account = Du hast schon ein Konto?
register-text = Ein Konto bewahrt deine Unterhaltungen auf, und nur du kannst sie lesen.
register-first-text = Du bist als Erstes hier: Dieses Konto wird den Server verwalten.
register-closed = Neue Konten sind nicht möglich. Frag die Person, die diesen Server betreut.
register-too-many = Von hier aus wurden zu viele Konten angelegt. Bitte versuch es später noch einmal.
setup-token = Einrichtungscode
setup-token-hint = Er wurde beim Start des Servers ausgegeben.
login-wrong = Zu dieser E-Mail-Adresse und diesem Passwort gibt es kein Konto.
login-too-many = { $minutes ->
        [one] Zu viele Versuche. Bitte warte eine Minute.
       *[other] Zu viele Versuche. Bitte warte { $minutes } Minuten.
    }
login-suspended = Dieses Konto ist gesperrt. Frag die Person, die diesen Server betreut.
field-name-missing = Wie sollen wir dich nennen?
field-name-too-long = Bitte wähle einen kürzeren Namen.
field-email-invalid = Das sieht nicht nach einer E-Mail-Adresse aus.
field-email-taken = Mit dieser Adresse gibt es schon ein Konto.
field-password-too-short = Zu kurz: Nimm mindestens 8 Zeichen.
field-password-too-long = Zu lang: Nimm höchstens 1.024 Bytes.
field-password-too-easy = Zu leicht zu erraten. Versuch es mit ein paar Wörtern ohne Zusammenhang.
field-setup-token-wrong = Das ist nicht der Code, den dieser Server ausgegeben hat.

# Einstellungen
settings = Einstellungen
back-to-chats = Zurück zu den Chats
profile = Profil
admin = Verwaltung
member-since = Dabei seit
appearance = Aussehen
appearance-text = Hell, dunkel oder wie dein System es möchte.
theme = Farbschema
theme-system = System
theme-light = Hell
theme-dark = Dunkel
sessions = Wo du angemeldet bist
sessions-text = Melde Sitzungen ab, die du nicht kennst; das wirkt sofort.
this-session = Diese hier
last-used = zuletzt benutzt
revoke = Abmelden
revoke-device = { $device } abmelden
revoke-others = Überall sonst abmelden
device = { $browser } auf { $system }
device-unknown = Unbekanntes Gerät

# Daten
date = { $day }. { $month } { $year }
date-time = { $date }, { $time }
month-1 = Januar
month-2 = Februar
month-3 = März
month-4 = April
month-5 = Mai
month-6 = Juni
month-7 = Juli
month-8 = August
month-9 = September
month-10 = Oktober
month-11 = November
month-12 = Dezember
