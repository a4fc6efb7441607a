/// Tests of the vocabulary that all protocols share.
@NullMarked
package io.covenant.transactions;

import org.jspecify.annotations.NullMarked;
