// Turkish words of the start page. Fetched with it.
export const trHome: Readonly<Record<string, string>> = {
  "home.title": "Bütün masa için bir saat",
  "home.code": "Masa kodu",
  "home.join": "Katıl",
  "home.codeWrong": "Kod harf ve rakamlardan oluşur; I, O, 0 ve 1 içermez.",
  "home.yours": "Masaların",
  "home.listed": "Açık masalar",
  "home.free_one": "{{count}} yer boş",
  "home.free_other": "{{count}} yer boş",
  "home.localSub": "Ortada tek cihaz, bağlantı gerekmez",
  "home.class": "Bir sınıf: %75'i geçebilir misin?",
  "home.classSub": "CHSH oyunu: ikililer, sorular, konuşmak yok",
  "home.install": "Uygulama olarak kur",
  "home.installSub": "Ana ekrandan açılır, çevrimdışı da",
};
