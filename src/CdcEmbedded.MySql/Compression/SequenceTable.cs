namespace CdcEmbedded.MySql.Compression;

/// <summary>A decoding table for one kind of codes of a sequence: an FSE table whose states hold what their codes stand for.</summary>
internal sealed class SequenceTable
{
    private readonly SequenceState[] _states = new SequenceState[FseStates.MaxStates];

    /// <summary>Bits of the first state.</summary>
    public int Log { get; private set; }

    /// <summary>All states; a state of a valid stream is less than 2^<see cref="Log"/>.</summary>
    public SequenceState[] States => _states;

    /// <summary>Fills the table from a description.</summary>
    /// <returns>The description's length in bytes.</returns>
    public int Read(SequenceCodes codes, ReadOnlySpan<byte> source)
    {
        Span<short> counts = stackalloc short[codes.Bases.Length];
        var length = FseDistribution.Read(source, codes.MaxLog, counts, out var symbols, out var log);
        Build(codes, counts[..symbols], log);
        return length;
    }

    public void Build(SequenceCodes codes, ReadOnlySpan<short> counts, int log)
    {
        Span<byte> symbols = stackalloc byte[FseStates.MaxStates];
        Span<byte> bits = stackalloc byte[FseStates.MaxStates];
        Span<ushort> bases = stackalloc ushort[FseStates.MaxStates];
        FseStates.Build(counts, log, symbols, bits, bases);
        for (var i = 0; i < 1 << log; i++)
        {
            var code = symbols[i];
            _states[i] = new SequenceState(codes.Bases[code], codes.ExtraBits[code], bits[i], bases[i]);
        }

        Log = log;
    }

    /// <summary>One code alone: no bits are read for it.</summary>
    public void BuildSingle(SequenceCodes codes, byte code)
    {
        if (code >= codes.Bases.Length)
        {
            ZstdError.Throw($"{code} is no {codes.Name} code");
        }

        _states[0] = new SequenceState(codes.Bases[code], codes.ExtraBits[code], 0, 0);
        Log = 0;
    }
}
