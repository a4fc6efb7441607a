package io.covenant.security;

import io.covenant.security.token.CheckedTokens;
import io.covenant.security.token.IssuedTokens;
import io.covenant.security.token.Issuer;
import io.covenant.security.token.ServiceToken;
import io.covenant.web.services.Credentials;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.authentication.ProviderNotFoundException;
import org.springframework.security.config.observation.SecurityObservationSettings;
import org.springframework.security.oauth2.jwt.JwtDecoder;

/// Whose tokens are believed, and the token of this service.
@AutoConfiguration(
        beforeName = {
            "org.springframework.boot.security.autoconfigure.UserDetailsServiceAutoConfiguration",
            "org.springframework.boot.security.oauth2.server.resource.autoconfigure.OAuth2ResourceServerAutoConfiguration",
            "io.covenant.web.services.ServiceClientAutoConfiguration"
        })
@EnableConfigurationProperties(SecurityProperties.class)
public class SecurityAutoConfiguration {

    /// A request is measured as a whole. Measured filter by filter, as it would be otherwise, it costs more than
    /// what it asks for.
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(SecurityObservationSettings.class)
    static class Measurements {

        @Bean
        @ConditionalOnMissingBean
        SecurityObservationSettings securityObservationSettings() {
            return SecurityObservationSettings.noObservations();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnProperty(name = "covenant.security.mode", havingValue = "enforced", matchIfMissing = true)
    static class Enforced {

        @Bean
        @ConditionalOnMissingBean
        Issuer tokenIssuer(SecurityProperties properties) {
            return new Issuer(properties.requiredIssuer());
        }

        @Bean
        @ConditionalOnMissingBean(JwtDecoder.class)
        CheckedTokens jwtDecoder(Issuer issuer, SecurityProperties properties) {
            return IssuedTokens.of(issuer, properties, Clock.systemUTC());
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnProperty(name = "covenant.security.mode", havingValue = "open")
    static class Open {

        private static final Logger LOG = LoggerFactory.getLogger(Open.class);

        Open(Environment environment) {
            var address = environment.getProperty("server.address", "0.0.0.0");
            for (var each : List.of(address, environment.getProperty("management.server.address", address))) {
                if (!isLoopback(each)) {
                    throw SecurityMisconfiguredException.openToTheNetwork(each);
                }
            }
            LOG.warn("OPEN: nobody is asked for a token (covenant.security.mode). It is meant for tests.");
        }

        /// Keeps Spring Boot from making up a user with a password.
        @Bean
        @ConditionalOnMissingBean
        AuthenticationManager nobody() {
            return authentication -> {
                throw new ProviderNotFoundException("nobody is asked who they are");
            };
        }

        private static boolean isLoopback(String address) {
            try {
                return InetAddress.getByName(address).isLoopbackAddress();
            } catch (UnknownHostException _) {
                return false;
            }
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnProperty("covenant.security.client.id")
    @ConditionalOnProperty(name = "covenant.security.mode", havingValue = "enforced", matchIfMissing = true)
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
