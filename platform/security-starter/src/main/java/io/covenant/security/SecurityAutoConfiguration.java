package io.covenant.security;

import io.covenant.security.token.IssuedTokens;
import io.covenant.security.token.Issuer;
import io.covenant.security.token.ServiceToken;
import io.covenant.web.services.Credentials;
import java.time.Clock;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.oauth2.jwt.JwtDecoder;

/// Whose tokens are believed, and the token of this service.
@AutoConfiguration(
        beforeName = {
            "org.springframework.boot.security.oauth2.server.resource.autoconfigure.servlet.OAuth2ResourceServerAutoConfiguration",
            "io.covenant.web.services.ServiceClientAutoConfiguration"
        })
@EnableConfigurationProperties(SecurityProperties.class)
public class SecurityAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    Issuer tokenIssuer(SecurityProperties properties) {
        return new Issuer(properties.issuer());
    }

    @Bean
    @ConditionalOnMissingBean
    JwtDecoder jwtDecoder(Issuer issuer, SecurityProperties properties) {
        return IssuedTokens.of(issuer, properties, Clock.systemUTC());
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnProperty("covenant.security.client.id")
    static class Account {

        @Bean
        @ConditionalOnMissingBean
        ServiceToken serviceToken(Issuer issuer, SecurityProperties properties) {
            var client = properties.client();
            if (client == null) {
                throw new IllegalStateException("covenant.security.client is not bound");
            }
            return new ServiceToken(
                    issuer,
                    client,
                    Clock.systemUTC(),
                    task -> Thread.ofVirtual().name("service-token").start(task));
        }

        @Configuration(proxyBeanMethods = false)
        @ConditionalOnClass(Credentials.class)
        static class OfServiceClient {

            @Bean
            @ConditionalOnMissingBean
            Credentials serviceCredentials(ServiceToken token) {
                return token::authorization;
            }
        }
    }
}
