package io.covenant.web.limits;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/// What a request may weigh.
///
/// @param maxBodySize the longest body that is read
@ConfigurationProperties("covenant.web")
public record LimitProperties(@DefaultValue("256KB") DataSize maxBodySize) {}
