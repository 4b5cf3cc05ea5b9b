# scene.py: a server with people and rooms that look like those of a small team
#
# SPDX-License-Identifier: GPL-3.0-or-later

from person import Person


class Scene:
    """What the pictures show. Ada is the one who looks at it; she is registered by her window."""

    def __init__(self, address):
        self.ben = Person(address, "ben", "Ben Okafor")
        self.cleo = Person(address, "cleo", "Cléo Martin")
        self.dmitri = Person(address, "dmitri", "Dmitri Orlov")
        self.emi = Person(address, "emi", "江美 Tanaka")
        self.garden = self.ben.create_room("Garden", "Everything that grows, and who waters it on Sunday")
        self.lunch = self.cleo.create_room("Lunch", "Where do we eat today?")
        self.release = self.dmitri.create_room("Release 2.0", "What is left to do before the release")
        self.music = self.emi.create_room("Music")
        for room in (self.garden, self.lunch, self.release):
            for person in (self.ben, self.cleo, self.dmitri, self.emi):
                if person.call("GET", f"/api/rooms/{room}")["room"].get("role") is None:
                    person.join(room)

    def talk_in_lunch(self):
        self.cleo.say(self.lunch, "There is a new place around the corner, they make *pierogi*")
        self.dmitri.say(self.lunch, "I am in")
        self.emi.say(self.lunch, "@ada you too?")

    def talk_in_garden(self, ada):
        """ada: the account of the one who looks"""
        ben, cleo, dmitri, emi, garden = self.ben, self.cleo, self.dmitri, self.emi, self.garden
        for day in range(1, 61):
            ben.say(garden, f"Day {day}: {day % 7 + 2} tomatoes, {day % 3} courgettes")
        ben.say(garden, "The tomatoes are nearly ripe. Who has time on Saturday?")
        question = cleo.say(garden, "I can come in the morning, and bring the big watering can")
        ben.say(garden, "Perfect")
        ada.say(garden, "I will be there at **ten**, with coffee", reply_to=question)
        coffee = ada.say(garden, "And the list of seeds is here: https://example.org/seeds")
        emi.react(coffee, "👍")
        ben.react(coffee, "👍")
        cleo.react(coffee, "☕")
        ada.react(coffee, "👍")
        dmitri.say(garden, "For the watering timer I wrote this down:\n```\nvalve open 06:30\nvalve close 06:45\n```\n"
                           "It needs `cron` and a *steady* hand")
        regretted = dmitri.say(garden, "Never mind")
        dmitri.delete(regretted)
        changed = emi.say(garden, "雨が降りそうです")
        emi.edit(changed, "雨が降りそうです — looks like rain on Friday, so we may not have to water at all")
        ben.say(garden, "> looks like rain on Friday\nThen let us meet anyway. "
                        "We need:\n- gloves\n- string\n- patience")
        emi.say(garden, "🌧️🍅")
        ada.say(garden, "See you all on Saturday!")
        last = ben.messages(garden)[-1]["seq"]
        for person in (ben, cleo, dmitri, emi):
            person.read(garden, last)

    def talk_in_conversations(self, ada):
        with_ben = self.ben.create_room(None, kind="direct", members=[ada.id])
        self.ben.say(with_ben, "Did you see what the squirrels did?")
        ada.say(with_ben, "No! What?")
        self.ben.say(with_ben, "All the walnuts are gone")
        with_emi = self.emi.create_room(None, kind="direct", members=[ada.id])
        self.emi.say(with_emi, "Thank you for the recipe")
        ada.say(with_emi, "You are welcome 😊")
        self.read_all(ada, with_emi)

    @staticmethod
    def read_all(person, room):
        person.read(room, person.messages(room)[-1]["seq"])
