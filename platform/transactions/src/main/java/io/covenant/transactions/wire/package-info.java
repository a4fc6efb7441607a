/// What coordinator, participants and initiators say to each other over HTTP, as records that any JSON
/// mapper binds.
@NullMarked
package io.covenant.transactions.wire;

import org.jspecify.annotations.NullMarked;
