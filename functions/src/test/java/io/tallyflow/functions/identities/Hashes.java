package io.tallyflow.functions.identities;

/** Hashes of numbered identities, all different. */
public enum Hashes {
    UNIFORM {
        @Override
        public long high(int number) {
            return mix(number);
        }

        @Override
        public long low(int number) {
            return mix(~number);
        }
    },
    /** As somebody can make them who tries many. */
    ALIKE_AT_THE_FRONT {
        @Override
        public long high(int number) {
            return 0xABCD_EF01_2345_0000L | mix(number) >>> 48;
        }

        @Override
        public long low(int number) {
            return mix(~number);
        }
    },
    /** As nobody can make them. */
    ALIKE_BUT_FOR_THE_END {
        @Override
        public long high(int number) {
            return -1;
        }

        @Override
        public long low(int number) {
            return number;
        }
    },
    ALIKE_BUT_FOR_THE_FRONT {
        @Override
        public long high(int number) {
            return mix(number);
        }

        @Override
        public long low(int number) {
            return 0;
        }
    },
    AT_THE_EDGES {
        @Override
        public long high(int number) {
            return new long[] {0, 1, Long.MAX_VALUE, Long.MIN_VALUE, -2, -1}[number % 6];
        }

        @Override
        public long low(int number) {
            return Long.rotateRight(number / 6, 3);
        }
    };

    public abstract long high(int number);

    public abstract long low(int number);

    private static long mix(int number) {
        long mixed = (number + 1) * 0x9E37_79B9_7F4A_7C15L;
        mixed = (mixed ^ mixed >>> 32) * 0xD6E8_FEB8_6659_FD93L;
        return mixed ^ mixed >>> 32;
    }
}
