/** What onnxruntime says, in one readable line. */

/** Text without line breaks, terminal colours or runs of spaces. */
export const oneLine = (text: string): string =>
  text
    // biome-ignore lint/suspicious/noControlCharactersInRegex: terminal colours start with the escape character.
    .replace(/\u001b\[[0-9;]*m/g, '')
    .replace(/\s+/g, ' ')
    .trim();

/** `/onnxruntime_src/…/file.cc:123 long C++ signature ` as onnxruntime puts it before what it has to say. */
const SOURCE = /\S*onnxruntime_src\S+:\d+ .*?\)(?: \[with [^\]]*\])?(?:::<lambda\(\)>)? /g;
/** The assertion that onnxruntime names before the reason it failed. */
const ASSERTION = /\S+ == \S+ was false\. /g;
/** Where in onnxruntime a CUDA call failed. */
const CUDA_PLACE = / ; GPU=-?\d+ ; hostname=.*$/;
const STATUS = /\[ONNXRuntimeError\] : \d+ : [A-Z_]+ : /g;

/** The message of an error that onnxruntime threw, without source positions, assertions and status codes. */
export const runtimeMessage = (error: unknown): string =>
  oneLine(error instanceof Error ? error.message : String(error))
    .replace(SOURCE, '')
    .replace(STATUS, '')
    .replace(ASSERTION, '')
    .replace(CUDA_PLACE, '')
    .trim();
