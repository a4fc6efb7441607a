/// Endpoints that are answered ahead of Spring's filters and of Spring MVC: those that services ask each other
/// thousands of times a second.
@NullMarked
package io.covenant.web.direct;

import org.jspecify.annotations.NullMarked;
