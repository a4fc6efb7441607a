/// What is on the shelves: items, movements, and the branches by which orders take from them and give back.
@NullMarked
package io.covenant.inventory;

import org.jspecify.annotations.NullMarked;
