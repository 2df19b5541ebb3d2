// What an Either holds; throws its error's message.

export const right = (either) => {
  if (either._tag === 'Left') throw new Error(either.left.message);
  return either.right;
};
