# Worauf eine Unterhaltung eingestellt ist: Systemprompt, Temperatur und so weiter.
