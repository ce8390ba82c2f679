import text from './divisions.txt?raw';

/** Districts by city by province, in the official order. */
export type Mainland = Map<string, Map<string, string[]>>;

/** Reads the indented list that the server holds addresses against. */
export function readDivisions(list: string): Mainland {
  const out: Mainland = new Map();
  let cities = new Map<string, string[]>();
  let districts: string[] = [];
  for (const line of list.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    if (line.startsWith('  ')) districts.push(...line.trim().split(' '));
    else if (line.startsWith(' ')) {
      districts = [];
      cities.set(line.slice(1), districts);
    } else {
      cities = new Map();
      out.set(line, cities);
    }
  }
  return out;
}

/** Elsewhere the names only help with typing; "" stands for no city. */
const ELSEWHERE: Record<string, Record<string, string[]>> = {
  HK: { '': ['中西區', '灣仔區', '東區', '南區', '油尖旺區', '深水埗區', '九龍城區', '黃大仙區', '觀塘區', '葵青區', '荃灣區', '屯門區', '元朗區', '北區', '大埔區', '沙田區', '西貢區', '離島區'] },
  MO: { '': ['花地瑪堂區', '聖安多尼堂區', '大堂區', '望德堂區', '風順堂區', '嘉模堂區', '聖方濟各堂區', '路氹填海區'] },
  TW: {
    臺北市: ['中正區', '大同區', '中山區', '松山區', '大安區', '萬華區', '信義區', '士林區', '北投區', '內湖區', '南港區', '文山區'],
    新北市: ['板橋區', '三重區', '中和區', '永和區', '新莊區', '新店區', '樹林區', '鶯歌區', '三峽區', '淡水區', '汐止區', '瑞芳區', '土城區', '蘆洲區', '五股區', '泰山區', '林口區', '深坑區', '石碇區', '坪林區', '三芝區', '石門區', '八里區', '平溪區', '雙溪區', '貢寮區', '金山區', '萬里區', '烏來區'],
    桃園市: ['桃園區', '中壢區', '大溪區', '楊梅區', '蘆竹區', '大園區', '龜山區', '八德區', '龍潭區', '平鎮區', '新屋區', '觀音區', '復興區'],
    臺中市: ['中區', '東區', '南區', '西區', '北區', '北屯區', '西屯區', '南屯區', '太平區', '大里區', '霧峰區', '烏日區', '豐原區', '后里區', '石岡區', '東勢區', '和平區', '新社區', '潭子區', '大雅區', '神岡區', '大肚區', '沙鹿區', '龍井區', '梧棲區', '清水區', '大甲區', '外埔區', '大安區'],
    臺南市: ['中西區', '東區', '南區', '北區', '安平區', '安南區', '永康區', '歸仁區', '新化區', '左鎮區', '玉井區', '楠西區', '南化區', '仁德區', '關廟區', '龍崎區', '官田區', '麻豆區', '佳里區', '西港區', '七股區', '將軍區', '學甲區', '北門區', '新營區', '後壁區', '白河區', '東山區', '六甲區', '下營區', '柳營區', '鹽水區', '善化區', '大內區', '山上區', '新市區', '安定區'],
    高雄市: ['新興區', '前金區', '苓雅區', '鹽埕區', '鼓山區', '旗津區', '前鎮區', '三民區', '楠梓區', '小港區', '左營區', '仁武區', '大社區', '岡山區', '路竹區', '阿蓮區', '田寮區', '燕巢區', '橋頭區', '梓官區', '彌陀區', '永安區', '湖內區', '鳳山區', '大寮區', '林園區', '鳥松區', '大樹區', '旗山區', '美濃區', '六龜區', '內門區', '杉林區', '甲仙區', '桃源區', '那瑪夏區', '茂林區', '茄萣區'],
    基隆市: ['仁愛區', '信義區', '中正區', '中山區', '安樂區', '暖暖區', '七堵區'],
    新竹市: ['東區', '北區', '香山區'],
    嘉義市: ['東區', '西區'],
    新竹縣: [], 苗栗縣: [], 彰化縣: [], 南投縣: [], 雲林縣: [], 嘉義縣: [], 屏東縣: [], 宜蘭縣: [], 花蓮縣: [], 臺東縣: [], 澎湖縣: [], 金門縣: [], 連江縣: [],
  },
};

export function load(): { mainland: Mainland; elsewhere: Record<string, Record<string, string[]>> } {
  return { mainland: readDivisions(text), elsewhere: ELSEWHERE };
}
