import { EncoderShape } from '../../encoder-shape';
import { ConfigReader } from '../config-reader';
import { Config, isConfig } from '../parse';
import { deepseekOcr, deepseekOcr2, deepseekVision } from './deepseek';
import { dots3Audio, dots3Vision } from './dots';
import { gemma3nAudio, gemma3nVision, gemma4Audio, gemma4Vision } from './gemma';
import { inklingAudio, inklingVision } from './inkling';
import { kimiK3Vision, moonVit } from './kimi';
import { minicpmAudio, minicpmResampled, minicpmVision } from './minicpm';
import { ovis2Vision } from './ovis';
import { glmOcrVision, hunyuanVision, museVision, paddleVision } from './ocr';
import {
  qwen25OmniAudio,
  qwen25Vision,
  qwen2Audio,
  qwen2Vision,
  qwen3Audio,
  qwen3OmniVision,
  qwen3Vision,
  voxtralAudio,
} from './qwen';
import { Section } from './section';
import { glmAsrAudio, graniteSpeech, mossAudio, phi4Audio } from './sound';
import { step3Vision, stepVision } from './step';
import { vibeVoiceTokenizer } from './vibevoice';
import * as vision from './vision';

/** Its name is that of the section, where the reader gives none. */
type Reader = (section: Section) => (Omit<EncoderShape, 'name'> & { readonly name?: string }) | undefined;
type Readers = { readonly [section: string]: Reader };

const LLAVA: Readers = { vision_config: (v) => vision.llavaVision(v, 1, false) };
const QWEN_3: Readers = { vision_config: (v) => qwen3Vision(v, 3) };
const QWEN_3_5: Readers = { vision_config: (v) => qwen3Vision(v, 0) };
const QWEN_2_5: Readers = { vision_config: qwen25Vision };
const QWEN_2_5_OMNI: Readers = { vision_config: qwen25Vision, audio_config: qwen25OmniAudio };
const QWEN_3_OMNI: Readers = { vision_config: qwen3OmniVision, audio_config: qwen3Audio };
const INTERN: Readers = { vision_config: vision.internVl };
const GLM_4V: Readers = { vision_config: vision.glm4Vision };
const GEMMA_4: Readers = { vision_config: gemma4Vision, audio_config: gemma4Audio };
const MINICPM_4_6: Readers = { vision_config: minicpmVision };
const UNLIMITED: Readers = { vision_config: deepseekOcr };
const IDEFICS: Readers = { vision_config: vision.idefics3Vision };
/** The largest image of Kimi-K2.5 is of 16,384 patches (`in_patch_limit`). */
const KIMI_K2: Readers = { vision_config: (v) => moonVit(v, 4096) };

/**
 * Readers of the encoders by the `model_type` of the whole file and by section. Source: the modeling code in huggingface/transformers and,
 * for the sizes of the largest image, that of vllm-project/vllm 0.24.0 with the published `preprocessor_config.json`.
 */
const ENCODERS: { readonly [type: string]: Readers } = {
  qwen2_vl: { vision_config: qwen2Vision },
  qwen2_5_vl: QWEN_2_5,
  // MiMo-VL is published under this type, with the tower of Qwen2.5-VL.
  mimo_vl: QWEN_2_5,
  exaone4_5: QWEN_2_5,
  qwen3_vl: QWEN_3,
  qwen3_vl_moe: QWEN_3,
  qwen3_5: QWEN_3_5,
  qwen3_5_moe: QWEN_3_5,
  qwen2_5_omni: QWEN_2_5_OMNI,
  qwen2_5_omni_thinker: QWEN_2_5_OMNI,
  qwen3_omni_moe: QWEN_3_OMNI,
  qwen3_omni_moe_thinker: QWEN_3_OMNI,
  qwen2_audio: { audio_config: qwen2Audio },
  qwen3_asr: { audio_config: qwen3Audio },
  voxtral: { audio_config: voxtralAudio },
  gemma3: { vision_config: vision.gemma3Vision },
  gemma3n: { vision_config: gemma3nVision, audio_config: gemma3nAudio },
  gemma4: GEMMA_4,
  paligemma: { vision_config: vision.paligemmaVision },
  internvl: INTERN,
  internvl_chat: INTERN,
  qianfan_ocr: INTERN,
  llama4: { vision_config: vision.llama4Vision },
  mistral3: { vision_config: vision.mistral3Vision },
  lighton_ocr: { vision_config: vision.mistral3Vision },
  llava: LLAVA,
  llava_next: { vision_config: (v) => vision.llavaVision(v, 5, true) },
  llava_next_video: { vision_config: vision.llavaVideo },
  llava_onevision: { vision_config: (v) => vision.llavaVision(v, 10, true) },
  glm4v: GLM_4V,
  glm4v_moe: GLM_4V,
  glm46v: GLM_4V,
  // Kimi-VL reads images of 1024 by 1024 pixels when it starts.
  kimi_vl: { vision_config: (v) => moonVit(v, 1024) },
  kimi_k25: KIMI_K2,
  kimi_k3: { vision_config: kimiK3Vision },
  deepseek_vl_v2: { vision_config: deepseekVision },
  deepseek_ocr2: { vision_config: deepseekOcr2 },
  unlimited_ocr: UNLIMITED,
  'unlimited-ocr': UNLIMITED,
  paddleocr_vl: { vision_config: paddleVision },
  dots3_note: { vision_config: dots3Vision, audio_config: dots3Audio },
  glm_ocr: { vision_config: glmOcrVision },
  glm5_next: { vision_config: glmOcrVision },
  hunyuan_vl: { vision_config: hunyuanVision },
  muse_glimmer: { vision_config: museVision },
  phi4_multimodal: { vision_config: vision.phi4Vision, audio_config: phi4Audio },
  granite_speech: { encoder_config: graniteSpeech },
  granite_speech_plus: { encoder_config: graniteSpeech },
  vibevoice_asr: {
    acoustic_tokenizer_encoder_config: vibeVoiceTokenizer('acoustic_tokenizer_encoder_config', 64),
    semantic_tokenizer_encoder_config: vibeVoiceTokenizer('semantic_tokenizer_encoder_config', 128),
  },
  ovis2: { vision_config: ovis2Vision },
  glmga: GLM_4V,
  glmasr: { audio_config: glmAsrAudio },
  moss_transcribe_diarize: { audio_config: mossAudio },
  inkling_mm_model: { vision_config: inklingVision, audio_config: inklingAudio },
  minimax_m3_vl: { vision_config: vision.minimaxVision },
  step3_vl: { vision_config: step3Vision },
  step3p7: { vision_config: stepVision },
  minicpmv4_6: MINICPM_4_6,
  minicpmv4_7: MINICPM_4_6,
  minicpm_ocr: MINICPM_4_6,
  minicpmv: { vision_config: minicpmResampled },
  minicpmo: { vision_config: minicpmResampled, audio_config: minicpmAudio },
  pixtral: { vision_config: vision.pixtralParams },
  aya_vision: { vision_config: vision.ayaVision },
  cohere2_vision: { vision_config: vision.cohereVision },
  idefics3: IDEFICS,
  smolvlm: IDEFICS,
  lfm2_vl: { vision_config: vision.lfm2Vision },
  nemotron_h_omni: { vision_config: vision.radioVision },
};

/** What a section says of its size at least: without it no default is assumed. */
const WIDTHS = [
  'hidden_size',
  'embed_dim',
  'vt_hidden_size',
  'd_model',
  'width',
  'model_name',
  'encoder_config',
  'hidden_dim',
  'num_filters',
  'text_hidden_size',
  'whisper_config',
];
const LAYERS = [
  ...[
    'num_hidden_layers',
    'depth',
    'vt_num_hidden_layers',
    'encoder_layers',
    'layers',
    'conf_num_hidden_layers',
    'num_layers',
    'num_blocks',
    'depths',
    'n_layers',
    'n_mel_bins',
    'whisper_config',
  ],
  // Towers that have a name instead.
  ...['architecture', 'model_name', 'encoder_config'],
];

/** Sections of what reads images or sound. */
const SECTIONS = [
  'vision_config',
  'audio_config',
  'speech_config',
  'vit_config',
  'vision_tower_config',
  'visual',
  'encoder_config',
  'acoustic_tokenizer_encoder_config',
  'semantic_tokenizer_encoder_config',
  // Of Ovis as its publisher has it, and of VibeVoice: nothing of theirs is read, but they are not kept silent.
  'visual_tokenizer_config',
  'acoustic_tokenizer_config',
  'semantic_tokenizer_config',
];

/**
 * The encoders of a file. Those that no reader knows have a name alone.
 *
 * @param outer the whole file
 * @param own the part of the language model
 * @param hiddenSize of the language model
 *
 * @internal
 */
export function encodersOf(reader: ConfigReader, own: Config, hiddenSize: number): EncoderShape[] {
  const { outer } = reader;
  const whole = isConfig(outer.thinker_config) ? outer.thinker_config : outer;
  const type = typeof outer.model_type === 'string' ? outer.model_type : '';
  const readers = Object.hasOwn(ENCODERS, type) ? ENCODERS[type] : {};
  return SECTIONS.filter((key) => isConfig(whole[key]) || isConfig(own[key])).map((name) => {
    const config = isConfig(whole[name]) ? whole[name] : own[name];
    const within = (part: Config) => new ConfigReader(reader.name, reader.type, part, outer, reader.faults);
    const file = within(whole);
    const section = within(config as Config);
    const stated = [WIDTHS, LAYERS].every((keys) => keys.some((key) => section.has(key)));
    const read = stated && Object.hasOwn(readers, name) ? readers[name] : undefined;
    return { name, ...read?.(new Section(section, hiddenSize, file)) };
  });
}
