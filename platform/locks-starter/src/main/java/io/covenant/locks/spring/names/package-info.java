/// The lock service as a name service: instances register as ephemeral files, others read and watch them.
///
/// Source: Chubby, §2.2 and §4.3.
@NullMarked
package io.covenant.locks.spring.names;

import org.jspecify.annotations.NullMarked;
