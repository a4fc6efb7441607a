@NullMarked
package io.covenant.transactions.onephase;

import org.jspecify.annotations.NullMarked;
