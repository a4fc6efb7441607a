package io.covenant.web.direct;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// Marks a handler method that is worth a way of its own: a POST to a path without variables that takes a JSON body and
/// nothing else, and answers with JSON.
///
/// It is called as Spring MVC would call it, and answers the same. Requests that are not plain, or not well-formed, or
/// whose sender is not known yet, take the way through Spring.
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface Direct {}
