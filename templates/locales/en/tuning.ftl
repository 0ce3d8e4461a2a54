# What a conversation is set to: system prompt, temperature and the rest.
