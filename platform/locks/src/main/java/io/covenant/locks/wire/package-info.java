/// What travels between the lock service and its clients, as JSON over HTTP.
///
/// Requests are refused when they carry fields that are not here; answers may gain fields, and clients ignore
/// those they do not know. Ids and tokens are positive numbers below 2^62: a client in a language whose numbers
/// are doubles has to read them as text.
@NullMarked
package io.covenant.locks.wire;

import org.jspecify.annotations.NullMarked;
