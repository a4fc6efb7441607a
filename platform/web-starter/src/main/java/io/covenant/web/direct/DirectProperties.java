package io.covenant.web.direct;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// Whether there are direct ways.
///
/// @param enabled without them everything is Spring's: filters, Spring Security, Spring MVC
@ConfigurationProperties("covenant.web.direct")
public record DirectProperties(@DefaultValue("true") boolean enabled) {}
