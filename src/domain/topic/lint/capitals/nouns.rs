//! English words that make bad names: nouns of the news that are written small, and words that
//! acronyms spell by chance. Words that are names of firms, people or places as well ("apple",
//! "turkey", "polish") are left out.

/// Whether `word`, in small letters, is a common noun.
pub fn is_noun(word: &str) -> bool {
    NOUNS.binary_search(&word).is_ok()
}

/// Whether `word`, in small letters, is any word known here.
pub fn is_word(word: &str) -> bool {
    is_noun(word) || WORDS.binary_search(&word).is_ok()
}

/// Words that acronyms are made to spell. Sorted.
#[rustfmt::skip]
const WORDS: &[&str] = &[
    "able", "active", "advance", "alert", "arms", "bank", "basic", "best", "bold", "care", "cast",
    "clear", "coast", "create", "dare", "dart", "east", "edge", "excel", "face", "fair", "faith",
    "fast", "fear", "fire", "focus", "force", "frame", "free", "from", "gain", "gear", "good",
    "grace", "grand", "great", "green", "grow", "head", "heal", "heart", "help", "here", "home",
    "hope", "horizon", "ideal", "impact", "just", "keep", "lead", "learn", "link", "live", "lord",
    "love", "made", "march", "mercury", "mind", "more", "most", "move", "must", "next", "north",
    "only", "open", "over", "pact", "past", "path", "peace", "phase", "plan", "play", "plus",
    "pulse", "quick", "raise", "rapid", "reach", "ready", "real", "relay", "rescue", "rise", "safe",
    "save", "score", "shape", "share", "shield", "smart", "solid", "some", "south", "spark", "star",
    "start", "stem", "step", "stop", "strong", "swift", "sword", "talk", "team", "tests", "that",
    "thaw", "them", "there", "they", "this", "time", "trace", "track", "true", "trust", "unite",
    "unity", "very", "vision", "voice", "wave", "were", "west", "what", "when", "with", "work",
    "your", "zero",
];

/// Common nouns of the news. Sorted.
#[rustfmt::skip]
const NOUNS: &[&str] = &[
    "abuse", "access", "accident", "accord", "activist", "admiral", "adviser", "agency", "agenda",
    "agreement", "aid", "aircraft", "airline", "airport", "airspace", "airstrike", "alliance",
    "ally", "ambassador", "ambush", "ammunition", "analyst", "appeal", "army", "arrest", "arsenal",
    "artillery", "assault", "asylum", "attack", "attorney", "auction", "authority", "award",
    "bailout", "ballot", "ban", "bankruptcy", "barrel", "base", "battalion", "battery", "battle",
    "beef", "bill", "blackout", "blast", "blockade", "board", "boat", "bomb", "bomber", "bombing",
    "bond", "border", "brain", "breach", "bribe", "bribery", "bridge", "brigade", "budget",
    "building", "bullet", "business", "cabinet", "campaign", "candidate", "capital", "car", "cargo",
    "case", "cash", "casualty", "ceasefire", "chairman", "champion", "chancellor", "chaos",
    "charge", "charity", "chief", "child", "citizen", "city", "claim", "clash", "climate", "coal",
    "coalition", "coast", "coastguard", "coffee", "collapse", "collision", "combat", "command",
    "commander", "commission", "committee", "commodity", "community", "company", "complaint",
    "compromise", "computer", "conference", "conflict", "congress", "consortium", "constitution",
    "consumer", "contract", "convention", "convoy", "cooperation", "copper", "corn", "corruption",
    "cotton", "council", "country", "coup", "court", "crackdown", "crash", "credit", "crew",
    "crime", "crisis", "crop", "crude", "cruise", "currency", "customs", "cyberattack", "damage",
    "data", "deadline", "deal", "death", "debate", "debt", "decision", "defeat", "defence",
    "defendant", "defense", "deficit", "delegation", "demand", "democracy", "demonstration",
    "department", "deployment", "deputy", "destroyer", "detention", "devaluation", "dialogue",
    "diplomacy", "diplomat", "disaster", "disease", "dispute", "district", "dividend", "doctor",
    "donor", "drone", "drought", "drug", "earnings", "earthquake", "economist", "economy",
    "education", "election", "electricity", "embargo", "embassy", "emergency", "emission",
    "employee", "employer", "employment", "energy", "engine", "engineer", "envoy", "epidemic",
    "equipment", "escalation", "espionage", "evacuation", "evidence", "exercise", "explosion",
    "export", "exporter", "factory", "famine", "farmer", "ferry", "fighter", "fine", "fire",
    "firefighter", "fishery", "fleet", "flight", "flood", "food", "forecast", "forest", "fraud",
    "freight", "frigate", "fuel", "fund", "funeral", "gang", "gas", "gasoline", "general", "gold",
    "government", "governor", "grain", "grant", "growth", "guard", "guerrilla", "gun", "gunman",
    "hacker", "harbour", "harvest", "health", "heatwave", "helicopter", "hijacking", "hospital",
    "hostage", "house", "housing", "hurricane", "import", "importer", "incident", "independence",
    "industry", "infection", "inflation", "infrastructure", "injury", "inquiry", "insurance",
    "insurer", "insurgent", "intelligence", "interest", "invasion", "investigation", "investment",
    "investor", "island", "jet", "job", "journalist", "judge", "jury", "justice", "kidnapping",
    "killing", "labour", "landslide", "law", "lawmaker", "lawsuit", "lawyer", "lead", "leader",
    "leak", "legislation", "lender", "liberation", "livestock", "loan", "loss", "majority",
    "malware", "manufacturer", "market", "massacre", "mayor", "meal", "measure", "media",
    "mediation", "mediator", "medicine", "meeting", "merchant", "merger", "migrant", "migration",
    "military", "militia", "mine", "minister", "ministry", "minority", "missile", "mission", "mob",
    "money", "monopoly", "mortgage", "murder", "nation", "navy", "negotiation", "negotiator",
    "network", "neutrality", "news", "nickel", "nomination", "nuclear", "occupation", "offensive",
    "office", "officer", "official", "oil", "operation", "opposition", "outage", "outbreak",
    "output", "pact", "palm", "pandemic", "parliament", "partner", "partnership", "party",
    "passenger", "patrol", "peace", "penalty", "pension", "petition", "petrol", "pilot", "pipeline",
    "pirate", "plane", "plant", "poison", "police", "policy", "politician", "poll", "pollution",
    "population", "port", "poverty", "power", "premier", "president", "pressure", "price", "prison",
    "prisoner", "producer", "production", "profit", "propaganda", "prosecution", "prosecutor",
    "protest", "protester", "province", "provocation", "publisher", "quarantine", "quota", "radar",
    "raid", "railway", "ransom", "ransomware", "rebel", "rebellion", "recession", "recovery",
    "referendum", "refinery", "reform", "refugee", "regime", "regulation", "regulator", "relief",
    "report", "republic", "rescue", "reserve", "resignation", "resolution", "restriction",
    "retailer", "revenue", "revolt", "revolution", "riot", "river", "road", "robbery", "rocket",
    "ruling", "sabotage", "salary", "sale", "sanction", "satellite", "scandal", "school",
    "security", "senate", "senator", "sentence", "settlement", "shareholder", "shelling", "ship",
    "shipment", "shipping", "shooting", "shortage", "siege", "silver", "smuggler", "smuggling",
    "soldier", "sovereignty", "soybean", "spill", "spokesman", "spy", "stake", "statement", "steel",
    "stock", "storm", "strategy", "strike", "student", "submarine", "subsidy", "sugar", "summit",
    "supplier", "supply", "surplus", "surrender", "surveillance", "suspect", "takeover", "tank",
    "tanker", "tariff", "tax", "teacher", "technology", "tension", "territory", "terrorism",
    "terrorist", "threat", "trade", "trader", "train", "traitor", "transport", "treasury", "treaty",
    "trial", "tribunal", "troop", "truce", "truck", "tsunami", "typhoon", "ultimatum",
    "unemployment", "union", "university", "uprising", "uranium", "vaccine", "vehicle", "verdict",
    "vessel", "veto", "victim", "victory", "violence", "virus", "vote", "voter", "wage", "war",
    "warhead", "warning", "warship", "water", "weapon", "weather", "wheat", "wildfire", "witness",
    "worker", "wound", "zinc",
];

#[cfg(test)]
mod tests;
