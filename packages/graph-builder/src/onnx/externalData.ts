/** Where the data of tensors that keep it in another file comes from. */

/**
 * The bytes of a file that a model's tensors point to, by the location written in the model (a path relative to the model's);
 * undefined where there is none. The location comes from the file: whoever opens it must keep it inside the model's folder.
 */
export type ExternalData = (location: string) => Uint8Array | undefined;
