/// Who a node is to its peers: a certificate authority of the platform's own, and a certificate for each node.
@NullMarked
package io.covenant.launcher.identity;

import org.jspecify.annotations.NullMarked;
