package io.tallyflow.deploy;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the part of PromQL that alerts and panels use, by recursive descent, and collects the names
 * in it. Anything else is an error, also what Prometheus would take: a name that is not understood
 * is a name that is not checked.
 */
final class PromExpression {

    private static final Set<String> AGGREGATIONS = Set.of("sum", "max", "min", "avg", "count");

    private static final Set<String> OF_A_RANGE = Set.of("rate", "increase", "delta", "deriv");

    private static final Pattern TOKEN =
            Pattern.compile(
                    "\\s*(?:([a-zA-Z_:][a-zA-Z0-9_:]*)|(\\d+(?:\\.\\d+)?)"
                            + "|(\"[^\"]*\")|(\\[(?:\\d+[smhd]|\\$__rate_interval)])"
                            + "|(==|!=|>=|<=|[-+*/<>(){},=]))");

    private final Set<String> metrics = new LinkedHashSet<>();
    private final Set<String> labels = new LinkedHashSet<>();
    private final Matcher tokens;
    private int end;
    private String token = "";
    private int kind;

    private PromExpression(String text) {
        tokens = TOKEN.matcher(text.strip());
        next();
        alternatives();
        if (kind != 0) {
            throw problem("the end");
        }
    }

    /**
     * Reads an expression.
     *
     * @throws IllegalArgumentException naming what was expected and where
     */
    static PromExpression of(String text) {
        return new PromExpression(text);
    }

    /** Names of metrics. */
    Set<String> metrics() {
        return metrics;
    }

    /** Names of labels that are grouped by or compared. */
    Set<String> labels() {
        return labels;
    }

    private void next() {
        if (end == tokens.regionEnd()) {
            kind = 0;
            token = "";
            return;
        }
        tokens.region(end, tokens.regionEnd());
        if (!tokens.lookingAt()) {
            throw new IllegalArgumentException("not understood from character " + end);
        }
        end = tokens.end();
        for (kind = 1; tokens.group(kind) == null; kind++) {}
        token = tokens.group(kind);
    }

    private boolean take(String expected) {
        boolean here = kind != 3 && token.equals(expected);
        if (here) {
            next();
        }
        return here;
    }

    private void demand(String expected) {
        if (!take(expected)) {
            throw problem(expected);
        }
    }

    private IllegalArgumentException problem(String expected) {
        return new IllegalArgumentException(
                "expected " + expected + " but found \"" + token + "\" before character " + end);
    }

    private void alternatives() {
        do {
            conjunction();
        } while (take("or"));
    }

    private void conjunction() {
        do {
            comparison();
        } while (take("and"));
    }

    private void comparison() {
        sum();
        if (take(">") || take("<") || take(">=") || take("<=") || take("==") || take("!=")) {
            sum();
        }
    }

    private void sum() {
        do {
            product();
        } while (take("+") || take("-"));
    }

    private void product() {
        do {
            term();
        } while (take("*") || take("/"));
    }

    private void term() {
        if (kind == 2) {
            next();
        } else if (take("(")) {
            alternatives();
            demand(")");
        } else if (kind == 1) {
            named();
        } else {
            throw problem("a number, a name or (");
        }
    }

    private void named() {
        String name = token;
        next();
        if (AGGREGATIONS.contains(name)) {
            grouping();
            demand("(");
            alternatives();
            demand(")");
        } else if (OF_A_RANGE.contains(name)) {
            demand("(");
            selector();
            if (kind != 4) {
                throw problem("a range such as [5m]");
            }
            next();
            demand(")");
        } else if (name.equals("absent")) {
            demand("(");
            selector();
            demand(")");
        } else {
            matchers(name);
        }
    }

    private void grouping() {
        if (take("by")) {
            demand("(");
            do {
                label();
            } while (take(","));
            demand(")");
        }
    }

    private void selector() {
        if (kind != 1) {
            throw problem("the name of a metric");
        }
        String name = token;
        next();
        matchers(name);
    }

    private void matchers(String metric) {
        metrics.add(metric);
        if (take("{")) {
            do {
                label();
                demand("=");
                if (kind != 3) {
                    throw problem("a text");
                }
                next();
            } while (take(","));
            demand("}");
        }
    }

    private void label() {
        if (kind != 1) {
            throw problem("the name of a label");
        }
        labels.add(token);
        next();
    }
}
