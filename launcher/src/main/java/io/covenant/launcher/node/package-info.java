/// One node as the operating system sees it: a process that outlives the launcher, its record, its log, its health.
@NullMarked
package io.covenant.launcher.node;

import org.jspecify.annotations.NullMarked;
