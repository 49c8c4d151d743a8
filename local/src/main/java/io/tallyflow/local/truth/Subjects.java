package io.tallyflow.local.truth;

import java.util.ArrayList;
import java.util.List;

/** Names of customers, a few of them such as only real life has. */
final class Subjects {

    private static final List<String> ODD =
            List.of(
                    "customer', (SELECT sleep(3)), 'key",
                    "Gr\u00fcn & S\u00f6hne \"GmbH\"",
                    "\u682a\u5f0f\u4f1a\u793e\\\u6771\u4eac",
                    "\ud83d\ude80");

    private Subjects() {}

    static List<String> names(int count) {
        List<String> names = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            int odd = i - count / 2;
            names.add(odd >= 0 && odd < ODD.size() ? ODD.get(odd) : "customer-" + (i + 1));
        }
        return List.copyOf(names);
    }
}
