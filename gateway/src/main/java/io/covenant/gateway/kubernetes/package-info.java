/// Instances as Kubernetes knows them: the EndpointSlices of one namespace, listed once and then watched.
@NullMarked
package io.covenant.gateway.kubernetes;

import org.jspecify.annotations.NullMarked;
