package io.tallyflow.jobs.metering;

import io.tallyflow.connectors.login.Secret;
import io.tallyflow.schemas.meter.NearestName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Predicate;
import org.apache.flink.util.TimeUtils;
import org.jspecify.annotations.Nullable;

/**
 * What was given for the options, and all that is wrong with it. Reading goes on after a problem,
 * with something that stands in; {@link #complete} reports all problems at once.
 */
public final class GivenOptions {

    private final Map<String, String> environment;
    private final Map<String, String> given = new LinkedHashMap<>();
    private final List<String> problems = new ArrayList<>();

    private GivenOptions(Map<String, String> environment) {
        this.environment = environment;
    }

    /**
     * For the job, which takes all options. An unknown name is a problem, with the nearest known
     * one.
     *
     * @param arguments {@code --name value} pairs
     * @param environment where secrets are found
     */
    static GivenOptions of(String[] arguments, Map<String, String> environment) {
        GivenOptions options = new GivenOptions(environment);
        options.take(arguments, "--name value", name -> true);
        options.given.keySet().stream()
                .filter(name -> Option.named(name) == null)
                .forEach(options::unknown);
        return options;
    }

    /**
     * For a program that takes no other options than these.
     *
     * @param form says what is expected
     * @param arguments {@code --name value} pairs
     * @param environment where secrets are found
     */
    public static GivenOptions only(
            List<Option> known, String form, String[] arguments, Map<String, String> environment) {
        GivenOptions options = new GivenOptions(environment);
        options.take(arguments, form, known.stream().map(Option::key).toList()::contains);
        return options;
    }

    private void take(String[] arguments, String form, Predicate<String> isExpected) {
        for (int i = 0; i < arguments.length; i += 2) {
            String name = arguments[i].replaceFirst("^--", "");
            if (name.equals(arguments[i]) || i + 1 == arguments.length || !isExpected.test(name)) {
                problems.add("expected " + form + ", found " + withoutValue(arguments[i]));
            } else if (given.put(name, arguments[i + 1]) != null) {
                problems.add(arguments[i] + " is given twice");
            }
        }
    }

    private void unknown(String name) {
        String nearest = NearestName.of(name, Option.keys());
        problems.add(
                "--"
                        + withoutValue(name)
                        + " is not known"
                        + (nearest == null
                                ? "; known are " + Option.keys()
                                : "; perhaps --" + nearest + " is meant"));
    }

    /** Of {@code --name=value}, which is not how values are given. */
    private static String withoutValue(String argument) {
        return Secret.withoutLogins(argument).replaceFirst("=.*", "=");
    }

    /** Whether it was given at all. */
    public boolean holds(Option option) {
        return given.containsKey(option.key());
    }

    /** As given, or the default; empty if there is none, which is a problem. */
    public String text(Option option) {
        return value(option, Function.identity(), "");
    }

    /** A time, in the words of Flink. */
    Duration duration(Option option) {
        return value(option, TimeUtils::parseDuration, Duration.ZERO);
    }

    /** A whole number from one on. */
    int number(Option option, int most) {
        return value(option, text -> number(text, most), 1);
    }

    private static int number(String text, int most) {
        int number;
        try {
            number = Integer.parseInt(text);
        } catch (NumberFormatException e) {
            number = 0;
        }
        if (number < 1 || number > most) {
            throw new IllegalArgumentException("must be a number from 1 to " + most);
        }
        return number;
    }

    /**
     * What the text means.
     *
     * @param parse throws an {@link IllegalArgumentException} that says what is wrong
     * @param otherwise stands in where there is a problem
     */
    <T> T value(Option option, Function<String, T> parse, T otherwise) {
        String text = given.getOrDefault(option.key(), option.defaultValue());
        if (text == null) {
            refuse(option, "is missing: " + option.description());
            return otherwise;
        }
        try {
            return parse.apply(text);
        } catch (IllegalArgumentException e) {
            refuse(option, Secret.withoutLogins(text) + ": " + e.getMessage());
            return otherwise;
        }
    }

    /** The secret of a variable, or of the file that it names; null if there is none. */
    public @Nullable String secret(String variable) {
        try {
            return Secret.find(variable, environment);
        } catch (IllegalArgumentException e) {
            problems.add(Objects.toString(e.getMessage(), e.toString()));
            return null;
        }
    }

    /** Where secrets are found. */
    Map<String, String> environment() {
        return environment;
    }

    /**
     * Adds a problem.
     *
     * @param why goes on after the option's name
     */
    public void refuse(Option option, String why) {
        problems.add("--" + option.key() + " " + why);
    }

    /** Adds a problem, whose message goes on after the option's name. */
    public void refuse(Option option, IllegalArgumentException why) {
        refuse(option, Objects.toString(why.getMessage(), why.toString()));
    }

    /**
     * What was read, if nothing was wrong with it.
     *
     * @throws IllegalArgumentException naming every problem
     */
    public <T> T complete(T read) {
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("\n", problems));
        }
        return read;
    }
}
