//! The words [`super`] cannot know by rule.

/// Words that look like plurals and are not, or mean another thing than their singular.
#[rustfmt::skip]
pub const KEPT: &[&str] = &[
    "alias", "always", "arms", "athletics", "atlas", "barracks", "besides", "bias", "billiards",
    "canvas", "chaos", "christmas", "corps", "cosmos", "customs", "diabetes", "does",
    "economics", "electronics", "ethics", "ethos", "gallows", "genetics", "goods", "gymnastics",
    "headquarters", "herpes", "kansas", "lens", "logistics", "mathematics", "means", "measles",
    "mumps", "news", "pants", "pathos", "perhaps", "physics", "politics", "premises", "proceeds",
    "rabies", "series", "species", "texas", "thanks", "tropics", "whereas", "prise", "prised",
];

/// Plurals whose singular no rule finds.
pub const IRREGULAR: &[(&str, &str)] = &[
    ("aliases", "alias"),
    ("atlases", "atlas"),
    ("biases", "bias"),
    ("calves", "calf"),
    ("canvases", "canvas"),
    ("children", "child"),
    ("crises", "crisis"),
    ("diagnoses", "diagnosis"),
    ("feet", "foot"),
    ("gases", "gas"),
    ("geese", "goose"),
    ("halves", "half"),
    ("hypotheses", "hypothesis"),
    ("knives", "knife"),
    ("lenses", "lens"),
    ("loaves", "loaf"),
    ("mice", "mouse"),
    ("parentheses", "parenthesis"),
    ("quizzes", "quiz"),
    ("selves", "self"),
    ("shelves", "shelf"),
    ("teeth", "tooth"),
    ("theses", "thesis"),
    ("thieves", "thief"),
    ("wives", "wife"),
    ("wolves", "wolf"),
];

/// What stands before -men in plurals of -man, sorted. Other words in -men, and those of other
/// languages ("Normen"), are none.
#[rustfmt::skip]
pub const MEN: &[&str] = &[
    "", "air", "alder", "anchor", "assembly", "bats", "bogey", "bow", "brake", "bush", "business",
    "cabin", "camera", "cattle", "cave", "chair", "church", "clergy", "coach", "con", "congress",
    "council", "country", "cow", "crafts", "crew", "door", "drafts", "dutch", "english", "entry",
    "fire", "fisher", "fore", "french", "fresh", "front", "gentle", "guards", "gun", "handy",
    "hang", "harvest", "hatchet", "helms", "hench", "hit", "horse", "hunts", "infantry", "irish",
    "journey", "jury", "kins", "land", "law", "lay", "line", "lines", "long", "mad", "marks",
    "medicine", "merchant", "middle", "militia", "milk", "minute", "news", "noble", "oars", "oil",
    "ombuds", "patrol", "pitch", "plainclothes", "police", "post", "press", "quarry", "repair",
    "rifle", "sales", "scots", "sea", "service", "snow", "sound", "spokes", "sports", "states",
    "strong", "stunt", "super", "swords", "tax", "trades", "tribes", "trigger", "vestry", "watch",
    "weather", "welsh", "wo", "work", "yachts", "yeo",
];

/// What may stand before a stem of [`PAIRS`].
pub const PREFIXES: &[&str] = &[
    "anti", "centi", "de", "dis", "epi", "hydro", "inter", "kilo", "micro", "milli", "mis",
    "multi", "nano", "non", "over", "post", "pre", "re", "sub", "super", "un", "under",
];

/// British and American starts of words.
#[rustfmt::skip]
pub const PAIRS: &[(&str, &str)] = &[
    ("ageing", "aging"), ("aluminium", "aluminum"), ("anaem", "anem"), ("anaesth", "anesth"),
    ("analogue", "analog"), ("archaeolog", "archeolog"), ("ardour", "ardor"),
    ("armour", "armor"), ("artefact", "artifact"), ("aeroplane", "airplane"),
    ("behaviour", "behavior"), ("calibre", "caliber"), ("cancelled", "canceled"),
    ("cancelling", "canceling"), ("candour", "candor"), ("catalogue", "catalog"),
    ("centimetre", "centimeter"), ("centred", "centered"), ("centre", "center"),
    ("channelled", "channeled"), ("channelling", "channeling"), ("clamour", "clamor"),
    ("colour", "color"), ("counsello", "counselo"), ("cosy", "cozy"), ("defenc", "defens"),
    ("demeanour", "demeanor"), ("dialogue", "dialog"), ("dialled", "dialed"),
    ("diarrhoea", "diarrhea"), ("duelled", "dueled"), ("encyclopaed", "encycloped"),
    ("endeavour", "endeavor"), ("enquir", "inquir"), ("enrolment", "enrollment"),
    ("favour", "favor"), ("fervour", "fervor"), ("fibre", "fiber"), ("flavour", "flavor"),
    ("foet", "fet"), ("fuelled", "fueled"), ("fuelling", "fueling"),
    ("fulfilment", "fulfillment"), ("glamour", "glamor"), ("grey", "gray"),
    ("gynaecolog", "gynecolog"), ("haemo", "hemo"), ("harbour", "harbor"),
    ("honour", "honor"), ("humour", "humor"), ("instalment", "installment"),
    ("jewellery", "jewelry"), ("jeweller", "jeweler"), ("judgement", "judgment"),
    ("acknowledgement", "acknowledgment"), ("labelled", "labeled"), ("labelling", "labeling"),
    ("labour", "labor"), ("leukaem", "leukem"), ("levelled", "leveled"),
    ("levelling", "leveling"), ("licenc", "licens"), ("litre", "liter"), ("lustre", "luster"),
    ("manoeuvre", "maneuver"), ("manoeuvring", "maneuvering"), ("marshalled", "marshaled"),
    ("marvellous", "marvelous"), ("meagre", "meager"), ("metre", "meter"),
    ("modelled", "modeled"), ("modelling", "modeling"), ("mould", "mold"),
    ("moustache", "mustache"), ("neighbour", "neighbor"), ("odour", "odor"),
    ("oestro", "estro"), ("offenc", "offens"), ("orthopaed", "orthoped"),
    ("paediatr", "pediatr"), ("parlour", "parlor"), ("plough", "plow"), ("practis", "practic"),
    ("pretenc", "pretens"), ("programme", "program"), ("pyjama", "pajama"),
    ("quarrelled", "quarreled"), ("rancour", "rancor"), ("rigour", "rigor"),
    ("rivalled", "rivaled"), ("rumour", "rumor"), ("sabre", "saber"), ("saviour", "savior"),
    ("savour", "savor"), ("sceptic", "skeptic"), ("shovelled", "shoveled"),
    ("signalled", "signaled"), ("signalling", "signaling"), ("skilful", "skillful"),
    ("sombre", "somber"), ("spectre", "specter"), ("splendour", "splendor"),
    ("succour", "succor"), ("sulphur", "sulfur"), ("theatre", "theater"), ("totalled", "totaled"),
    ("travelle", "travele"), ("travelling", "traveling"), ("tumour", "tumor"),
    ("tunnelling", "tunneling"), ("tyre", "tire"), ("valour", "valor"), ("vapour", "vapor"),
    ("vigour", "vigor"), ("wilful", "willful"), ("woollen", "woolen"),
];
