/* The reader's text, made by embed.py. Private to this folder. */
#ifndef MODELS_READER_H
#define MODELS_READER_H

#include <stddef.h>

extern const unsigned char reader_text[];
extern const size_t reader_length;

#endif
