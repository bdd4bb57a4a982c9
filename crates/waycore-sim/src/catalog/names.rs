//! What banks are called in a few languages, put together from places and families that are made up.

use crate::dice::Dice;

/// A name such as "Thornbury Community Credit Union" or "Sparkasse Birkental".
pub(super) fn bank(dice: &mut Dice) -> String {
    let (pattern, place) = match dice.below(20) {
        0..=13 => (dice.pick(ENGLISH), english_place(dice)),
        14 | 15 => (dice.pick(GERMAN), german_place(dice)),
        16 => (dice.pick(FRENCH), dice.pick(FRENCH_PLACES).to_owned()),
        17 => (dice.pick(SPANISH), dice.pick(SPANISH_PLACES).to_owned()),
        18 => (dice.pick(ITALIAN), dice.pick(ITALIAN_PLACES).to_owned()),
        _ => (dice.pick(NORDIC), dice.pick(NORDIC_PLACES).to_owned()),
    };
    let (one, other) = (dice.below(FAMILIES.len()), dice.below(FAMILIES.len() - 1));
    // Never the same family twice in "Hale & Hale".
    let other = if other >= one { other + 1 } else { other };
    pattern
        .replace("{place}", &place)
        .replace("{family}", FAMILIES.get(one).copied().unwrap_or_default())
        .replace("{partner}", FAMILIES.get(other).copied().unwrap_or_default())
}

fn english_place(dice: &mut Dice) -> String {
    compound(dice, ENGLISH_STEMS, ENGLISH_ENDINGS)
}

fn german_place(dice: &mut Dice) -> String {
    compound(dice, GERMAN_STEMS, GERMAN_ENDINGS)
}

/// "Brookbrook" is no place: such a pair is drawn again.
fn compound(dice: &mut Dice, stems: &[&str], endings: &[&str]) -> String {
    loop {
        let (stem, ending) = (dice.pick(stems), dice.pick(endings));
        if !stem.eq_ignore_ascii_case(ending) {
            return format!("{stem}{ending}");
        }
    }
}

const ENGLISH: &[&str] = &[
    "{place} Bank",
    "{place} National Bank",
    "First {place} Bank",
    "First Bank of {place}",
    "Bank of {place}",
    "{place} Savings Bank",
    "{place} Federal Savings",
    "{place} State Bank",
    "{place} Trust Company",
    "{place} Bank & Trust",
    "{place} Community Bank",
    "{place} Community Credit Union",
    "{place} Teachers Credit Union",
    "{place} Farmers Bank",
    "{place} Merchants Bank",
    "{place} Commercial Bank",
    "{place} Building Society",
    "{place} Mutual",
    "{place} & County Bank",
    "{place} Valley Bank",
    "Citizens of {place} Bank",
    "Peoples Bank of {place}",
    "{family} & {partner}",
    "{family} {partner} Private Bank",
    "{family} Brothers Bank",
    "{family} & {partner} Trust",
];

const ENGLISH_STEMS: &[&str] = &[
    "Alder", "Amber", "Ash", "Barrow", "Beck", "Birch", "Black", "Bram", "Bright", "Brook", "Cald", "Cedar",
    "Clear", "Copper", "Cran", "Crow", "Dale", "Deer", "Dun", "East", "Elder", "Elm", "Ember", "Fair",
    "Falcon", "Fen", "Fern", "Flint", "Fox", "Glen", "Gold", "Granite", "Green", "Hart", "Haven", "Hazel",
    "Heath", "Heron", "High", "Holly", "Iron", "Juniper", "Kestrel", "Lark", "Laurel", "Linden", "Long",
    "Maple", "Marsh", "Mill", "Moor", "North", "Oak", "Orchard", "Otter", "Pine", "Quarry", "Raven", "Red",
    "River", "Rose", "Rowan", "Sage", "Salt", "Silver", "South", "Spring", "Stone", "Summer", "Swan",
    "Thorn", "Timber", "Walnut", "West", "Whit", "Willow", "Winter", "Wren",
];

const ENGLISH_ENDINGS: &[&str] = &[
    "bourne", "bridge", "brook", "bury", "cliff", "combe", "cross", "dale", "field", "ford", "gate", "grove",
    "ham", "haven", "hurst", "ley", "mere", "mont", "mouth", "point", "port", "ridge", "stead", "ton",
    "vale", "view", "ville", "water", "wick", "worth",
];

const GERMAN: &[&str] = &[
    "Sparkasse {place}",
    "Stadtsparkasse {place}",
    "Volksbank {place}",
    "Raiffeisenkasse {place}",
    "Handelsbank {place}",
    "Kreditgenossenschaft {place}",
    "Bankverein {place}",
];

const GERMAN_STEMS: &[&str] = &[
    "Alten", "Birken", "Buchen", "Eichen", "Erlen", "Falken", "Grün", "Hasel", "Hirsch", "Königs", "Lauter",
    "Linden", "Mühl", "Neuen", "Ober", "Reh", "Rosen", "Schön", "Stein", "Tannen", "Unter", "Wald", "Weiden",
    "Wild",
];

const GERMAN_ENDINGS: &[&str] = &[
    "bach", "berg", "brunn", "burg", "dorf", "feld", "hausen", "heim", "hofen", "kirchen", "see", "stadt",
    "tal", "wald",
];

const FRENCH: &[&str] = &[
    "Banque de {place}",
    "Banque Régionale de {place}",
    "Caisse Régionale de {place}",
    "Crédit de {place}",
    "Mutuelle Bancaire de {place}",
    "Comptoir d'Escompte de {place}",
    "Banque Privée de {place}",
];

const FRENCH_PLACES: &[&str] = &[
    "Beaulac",
    "Bellerive",
    "Boisclair",
    "Chêneval",
    "Clairfontaine",
    "Fontbelle",
    "Grandpré",
    "Hautmesnil",
    "Longchêne",
    "Mirefleur",
    "Montclair-sur-Orge",
    "Neuvallée",
    "Pontarmel",
    "Rochebrune-le-Lac",
    "Saint-Aubrac",
    "Sainte-Ambroise",
    "Valombre",
    "Vertmont",
    "Vieux-Moulin",
    "Villerose",
];

const SPANISH: &[&str] = &[
    "Banco de {place}",
    "Caja Rural de {place}",
    "Caja de Ahorros de {place}",
    "Banco Mercantil de {place}",
    "Cooperativa de Crédito de {place}",
    "Banca Privada de {place}",
];

const SPANISH_PLACES: &[&str] = &[
    "Aguaclara",
    "Campoverde",
    "Castilnuevo",
    "Fuentesol",
    "Lomalta",
    "Montealto",
    "Peñalta",
    "Piedrafina",
    "Pinarejo Alto",
    "Puertonuevo",
    "Río Seco",
    "Sierrablanca",
    "Torrealba",
    "Valdeoro",
    "Valdeencina",
    "Vegafría",
    "Villaclara",
    "Villarreina",
];

const ITALIAN: &[&str] = &[
    "Banca di {place}",
    "Banca Popolare di {place}",
    "Cassa di Risparmio di {place}",
    "Credito Cooperativo di {place}",
    "Banco di {place}",
];

const ITALIAN_PLACES: &[&str] = &[
    "Acquaviva Alta",
    "Borgosole",
    "Campolungo",
    "Castelverde",
    "Colleverde",
    "Fontechiara",
    "Lagorosso",
    "Montefiore",
    "Montelago",
    "Pietralta",
    "Pontechiaro",
    "Roccamare",
    "San Floriano",
    "Torrebianca",
    "Valdargento",
    "Villanova al Mare",
];

const NORDIC: &[&str] = &[
    "{place} Sparebank",
    "Sparbanken {place}",
    "{place} Andelskasse",
    "{place} Handelsbank",
    "{place} Osuuspankki",
    "{place} Landbobank",
];

const NORDIC_PLACES: &[&str] = &[
    "Åsvik",
    "Björkdal",
    "Bøfjord",
    "Ekhamn",
    "Fjellvik",
    "Granvik",
    "Havnsund",
    "Kivijoki",
    "Koivula",
    "Lindsjö",
    "Møllebæk",
    "Norrfjord",
    "Østmark",
    "Sandnäs",
    "Skovby",
    "Storholm",
    "Strandvik",
    "Tammilahti",
    "Västerdal",
    "Ørnefjeld",
];

const FAMILIES: &[&str] = &[
    "Abernathy",
    "Ainsley",
    "Ballard",
    "Bexley",
    "Calloway",
    "Carrick",
    "Dunmore",
    "Ellery",
    "Fairchild",
    "Finch",
    "Garrick",
    "Hale",
    "Harrow",
    "Ingram",
    "Kellam",
    "Langley",
    "Lockwood",
    "Marlow",
    "Mercer",
    "Norwood",
    "Oakes",
    "Pemberton",
    "Penrose",
    "Radcliffe",
    "Renshaw",
    "Sinclair",
    "Stanhope",
    "Tilden",
    "Underhill",
    "Vance",
    "Wakefield",
    "Whitmore",
    "Winslow",
    "Wycliffe",
    "Yardley",
];
