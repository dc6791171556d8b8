/// Parts of user names.
enum PersonNames {
    static let given: [StaticString] = [
        "anna", "ben", "carla", "david", "elena", "felix", "greta", "hugo", "ines", "jonas",
        "katja", "leon", "maria", "nils", "olga", "paul", "rosa", "simon", "tanja", "viktor",
        "amara", "chen", "dilan", "farid", "hana", "ivan", "joana", "kofi", "lucia", "mehmet",
        "noor", "priya",
    ]
    static let family: [StaticString] = [
        "keller", "brandt", "silva", "novak", "rossi", "meyer", "jansen", "dubois", "kowalski",
        "nielsen", "lopez", "weber", "moreau", "fischer", "santos", "horvat", "lind", "okafor",
        "tanaka", "nguyen", "petrov", "haddad", "murphy", "costa", "wagner", "demir", "sharma",
        "larsen", "varga", "bauer", "ricci", "mendes",
    ]
}
