// The matrix product whose rate the floor of products is divided by.

export const MATRIX_SIDE = 1024;

/** Multiply-adds of one run of matrixProduct.mjs. */
export const MATRIX_MULTIPLY_ADDS = MATRIX_SIDE ** 3;
