//! Which words of a prompt the painter knows. Russian and English, by stem: a language is more than its dictionary
//! form, and «кота», «котом» and «котик» are one cat.

use super::colour::Rgb;

/// Something the painter can draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Motif {
    // Subjects: they stand in the middle.
    Cat,
    Dog,
    Fox,
    Bear,
    Rabbit,
    Owl,
    Bird,
    Fish,
    Butterfly,
    Woman,
    Man,
    /// A face of no one in particular: only when the prompt names no one else.
    Portrait,
    Robot,
    House,
    Castle,
    Lighthouse,
    Tree,
    Flower,
    Boat,
    Heart,
    Rocket,
    Balloon,
    Car,
    Cup,
    Apple,
    Mushroom,
    // Scenery: it stands around the subject, or is one where there is none.
    Sun,
    Moon,
    Stars,
    Planet,
    Cloud,
    Rain,
    Snow,
    Mountains,
    Sea,
    City,
    Forest,
    // Things worn: they go on every face, or stand alone.
    Glasses,
    Hat,
    Crown,
}

use Motif::{
    Apple, Balloon, Bear, Bird, Boat, Butterfly, Car, Castle, Cat, City, Cloud, Crown, Cup, Dog, Fish,
    Flower, Forest, Fox, Glasses, Hat, Heart, House, Lighthouse, Man, Moon, Mountains, Mushroom, Owl, Planet,
    Portrait, Rabbit, Rain, Robot, Rocket, Sea, Snow, Stars, Sun, Tree, Woman,
};

/// A trailing `*` takes any ending; without it the word must be exact, where a stem would catch strangers
/// («который» is no cat, "season" no sea, «мороз» no «море»).
const STEMS: &[(Motif, &str)] = &[
    (
        Cat,
        "кот кота коту котом коте коты котов котам котами котик* котен* котят* кошк* кошек кошеч* киса киск* cat cats kitten* kitty kitties",
    ),
    (Dog, "пес псы псов собак* собач* щен* dog dogs doggy pupp* corgi корги такс* хаски husky"),
    (Fox, "лис лиса лисы лису лисе лисой лисиц* лисен* лисят* лисич* fox foxes"),
    (Bear, "медвед* медвеж* мишк* мишут* панд* коал* bear bears panda* koala*"),
    (Rabbit, "заяц зайц* зайч* зайк* кролик* крольч* rabbit* bunny bunnies hare hares"),
    (Owl, "сова совы сову сове совой совен* совят* филин* owl owls"),
    (
        Bird,
        "птиц* птич* птах* ворон* воробе* воробь* голуб голубь голуби голубя снегир* попуга* соловь* синиц* чайк* утк* утен* лебед* петух* куриц* bird* sparrow* parrot* swan* duck* crow crows raven*",
    ),
    (Fish, "рыб* рыбк* карп* акул* кит кита киты fish fishes goldfish shark* whale*"),
    (Butterfly, "бабоч* мотыл* butterfl* moth moths"),
    (
        Woman,
        "девушк* девочк* женщин* женск* принцесс* королев* бабушк* балерин* мама маму маме мамой woman women girl girls lady ladies princess* queen* grandm* mother ballerin*",
    ),
    (
        Man,
        "человек* людей люди мужчин* мальчик* парень парня юнош* старик* дедушк* король короля космонавт* астронавт* рыцар* волшебник* man men boy boys person people king kings knight* wizard* astronaut* grandf* musician* музыкант*",
    ),
    (Portrait, "портрет* лицо лица лицом portrait* face faces"),
    (Robot, "робот* андроид* киборг* robot* android* cyborg*"),
    (Castle, "замок замка замку замке замки замков дворц* дворец крепост* кремл* castle* palace* fortress*"),
    (
        House,
        "дом дома дому доме домом домов домик* изб* избушк* хижин* дач* церк* house* home cottage* hut huts cabin* church*",
    ),
    (Lighthouse, "маяк* lighthouse*"),
    (
        Tree,
        "дерев* дуб дуба дубы берез* елк* ель сосн* пальм* яблон* tree trees oak oaks birch* pine pines palm",
    ),
    (
        Flower,
        "цвет цветок цветк* цвету цветы цветов цветам цветами цветоч* роза розы розу розой роз ромашк* тюльпан* подсолнух* пион* букет* лотос* лаванд* сирен* flower* rose roses daisy daisies tulip* sunflower* peony peonies bouquet* lotus lavender",
    ),
    (Boat, "корабл* кораблик* лодк* лодоч* лодка парус* яхт* фрегат* boat* ship ships sail* yacht* frigate*"),
    (Heart, "сердц* сердеч* любов* любви heart* love lovers valentine*"),
    (Rocket, "ракет* звездолет* rocket* spaceship* starship*"),
    (Balloon, "шар шары шаре шаров шарик* воздушн* аэростат* balloon*"),
    (Car, "машин* автомобил* авто такси car cars taxi* automobile*"),
    (Cup, "чашк* круж* кофе чай чая чаем капучин* coffee tea cup cups mug mugs cappuccino"),
    (Apple, "яблок* apple* фрукт* fruit* натюрморт*"),
    (Mushroom, "гриб* мухомор* mushroom* toadstool*"),
    (Sun, "солн* рассвет* закат* лето летн* sun suns sunny sunset* sunrise* sunlight dawn summer"),
    (Moon, "лун* месяц* полнолун* ноч* moon* night* midnight"),
    (
        Stars,
        "звезд* звёзд* созвезд* галактик* ноч* космос* космич* star stars starry galax* night* space cosmos cosmic",
    ),
    (Planet, "планет* сатурн* марс* космос* космич* вселенн* planet* saturn* mars universe cosmos space"),
    (Cloud, "облак* облач* туч* cloud* sky небо неба небе"),
    (Rain, "дожд* ливень ливня rain rainy raining"),
    (Snow, "снег* снеж* зим* метел* вьюг* мороз* рождеств* новогод* snow* winter* christmas"),
    (
        Mountains,
        "гор гора горы гору горе горой горах горам горами горн* вершин* скал* вулкан* эльбрус* mountain* peak peaks hill hills cliff* volcano*",
    ),
    (
        Sea,
        "море моря морю морем морск* океан* волн* река реки реке озер* пляж* побереж* sea seas seaside ocean* wave waves lake* river* beach*",
    ),
    (
        City,
        "город* москв* петербург* улиц* небоскреб* мегаполис* city cities town* street* skyline skyscraper* downtown",
    ),
    (
        Forest,
        "лес леса лесу лесом лесн* роща рощ* тайг* джунгл* парк парке парка forest* wood woods jungle* park",
    ),
    (Glasses, "очки очках очков очками очкам очкарик* пенсне glasses spectacles sunglasses eyeglasses"),
    (Hat, "шляп* шапк* шапочк* цилиндр* берет hat hats cap beret"),
    (Crown, "корон* царь царя принц* король короля королев* crown* king kings queen* princess* tsar"),
];

/// Colours a person asks the subject to have.
const TINTS: &[(u32, &str)] = &[
    (0xE07B2E, "рыж* оранж* ginger orange*"),
    (0x2B2733, "черн* black"),
    (0xF4EFE4, "бел белый белая белое белые белого белой белоснежн* white"),
    (0x8C92A0, "сер серый серая серые серого серой серебр* gray grey silver*"),
    (0xC9342C, "красн* ал алый алая алые red scarlet crimson"),
    (0x2456A6, "син синий синяя синее синие синего синей blue"),
    (0x6FB4DE, "голуб* лазур* azure cyan turquoise бирюз*"),
    (0x3F8F5B, "зелен* изумруд* green emerald"),
    (0xF0C02F, "желт* yellow"),
    (0x7A4BA0, "фиолет* сиренев* лилов* purple violet"),
    (0xEE8FB0, "розов* pink"),
    (0xD9A63A, "золот* gold golden"),
    (0x7A4E32, "коричнев* brown"),
];

const FLUFFY: &str = "пушист* мохнат* лохмат* fluffy furry shaggy";
const NIGHT: &str = "ноч* темн* полноч* космос* космич* night* dark midnight space cosmos galax*";
const MUTED: &str = "ярк* кислот* контраст* насыщ* bright* vivid* saturat* contrast*";

/// What the words of a prompt ask for.
#[derive(Debug, Clone, Default)]
pub(super) struct Subject {
    /// Every motif once, in the order of the words.
    pub(super) motifs: Vec<Motif>,
    pub(super) tint: Option<Rgb>,
    pub(super) fluffy: bool,
    pub(super) night: bool,
    /// The negative prompt asks for quiet colours.
    pub(super) muted: bool,
}

impl Subject {
    /// Reads the prompt; what the negative prompt names is left out.
    pub(super) fn read(prompt: &str, negative: &str) -> Self {
        let (wanted, unwanted) = (words(prompt), words(negative));
        let refused: Vec<Motif> = unwanted.iter().flat_map(|word| named(word)).collect();
        let mut motifs = Vec::new();
        for motif in wanted.iter().flat_map(|word| named(word)) {
            if !motifs.contains(&motif) && !refused.contains(&motif) {
                motifs.push(motif);
            }
        }
        let says = |stems: &str| wanted.iter().any(|word| fits(word, stems));
        let tint = wanted.iter().find_map(|word| {
            TINTS.iter().find(|(_, stems)| fits(word, stems)).map(|(hex, _)| Rgb::hex(*hex))
        });
        Self {
            motifs,
            tint,
            fluffy: says(FLUFFY),
            night: says(NIGHT),
            muted: unwanted.iter().any(|word| fits(word, MUTED)),
        }
    }

    pub(super) fn has(&self, motif: Motif) -> bool {
        self.motifs.contains(&motif)
    }

    /// The motifs that stand in the middle, at most three.
    pub(super) fn figures(&self) -> Vec<Motif> {
        let mut figures: Vec<Motif> = self.motifs.iter().copied().filter(|motif| motif.is_figure()).collect();
        if figures.len() > 1 {
            figures.retain(|motif| *motif != Portrait);
        }
        figures.truncate(3);
        figures
    }
}

impl Motif {
    pub(super) fn is_figure(self) -> bool {
        (self as u8) < Sun as u8
    }
}

/// Words in lower case, «ё» as «е»: people type either.
fn words(text: &str) -> Vec<String> {
    let lower = text.to_lowercase().replace('ё', "е");
    lower
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

fn named(word: &str) -> impl Iterator<Item = Motif> {
    STEMS.iter().filter(move |(_, stems)| fits(word, stems)).map(|(motif, _)| *motif)
}

fn fits(word: &str, stems: &str) -> bool {
    stems.split(' ').any(|stem| match stem.strip_suffix('*') {
        Some(stem) => word.starts_with(stem),
        None => word == stem,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_known_in_both_languages_and_in_all_their_forms() {
        for (prompt, motifs) in [
            ("Пушистый кот в очках", vec![Cat, Glasses]),
            ("Портрет КОТА, маслом", vec![Portrait, Cat]),
            ("a fluffy cat with sunglasses", vec![Cat, Glasses]),
            ("Маяк у моря на закате", vec![Lighthouse, Sea, Sun]),
            ("Лиса в осеннем лесу", vec![Fox, Forest]),
            ("звёзды", vec![Stars]),
            ("домик в горах", vec![House, Mountains]),
        ] {
            assert_eq!(Subject::read(prompt, "").motifs, motifs, "{prompt}");
        }
    }

    #[test]
    fn strangers_that_only_look_alike_are_not_drawn() {
        for prompt in ["который час", "a search engine", "four seasons", "cartoon", "started", "мораль", "🐈"]
        {
            assert_eq!(Subject::read(prompt, "").motifs, vec![], "{prompt}");
        }
    }

    #[test]
    fn what_the_negative_prompt_names_is_not_drawn() {
        assert_eq!(Subject::read("кот в очках", "очки").motifs, vec![Cat]);
        assert!(Subject::read("кот", "яркие цвета").muted);
    }
}
