using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace CdcEmbedded.MySql.Compression;

/// <summary>The sequences section of a compressed block (RFC 8878, 3.1.1.3.2): each sequence copies some literals, then a match from
/// what is decompressed already.</summary>
internal sealed class ZstdSequences
{
    private readonly SequenceTable _literalLengths = new();
    private readonly SequenceTable _offsets = new();
    private readonly SequenceTable _matchLengths = new();

    // The tables of the block before; null where the frame has had none.
    private SequenceTable? _lastLiteralLengths;
    private SequenceTable? _lastOffsets;
    private SequenceTable? _lastMatchLengths;
    private RepeatOffsets _repeats;

    /// <summary>A new frame begins.</summary>
    public void Begin()
    {
        _lastLiteralLengths = _lastOffsets = _lastMatchLengths = null;
        _repeats = RepeatOffsets.Initial;
    }

    /// <summary>Decompresses a block into the window.</summary>
    /// <param name="section">The sequences section, to the block's end.</param>
    /// <param name="literals">All literals of the block.</param>
    /// <param name="window">Where the block goes.</param>
    /// <param name="maxLength">The most that a block may decompress to.</param>
    public void Execute(ReadOnlySpan<byte> section, ReadOnlySpan<byte> literals, ZstdWindow window, int maxLength)
    {
        var end = window.At + maxLength;
        var header = ReadCount(section, out var count);
        if (count > 0)
        {
            header += ReadTables(section[header..]);
            var bits = new ReverseBits(section[header..]);
            literals = literals[Run(ref bits, count, literals, window, end)..];
        }
        else if (header != section.Length)
        {
            ZstdError.Throw("bytes follow a block without sequences");
        }

        if (literals.Length > end - window.At)
        {
            ThrowTooLong();
        }

        literals.CopyTo(window.Buffer.AsSpan(window.At));
        window.At += literals.Length;
    }

    /// <summary>One byte below 128, two below 32512, else 255 and 16 bits more.</summary>
    private static int ReadCount(ReadOnlySpan<byte> section, out int count)
    {
        var length = section.IsEmpty ? 1 : section[0] switch { < 128 => 1, < 255 => 2, _ => 3 };
        if (length > section.Length)
        {
            ZstdError.Throw("a sequences section is cut short");
        }

        count = length switch
        {
            1 => section[0],
            2 => ((section[0] - 128) << 8) + section[1],
            _ => section[1] + (section[2] << 8) + 0x7f00,
        };
        return length;
    }

    private int ReadTables(ReadOnlySpan<byte> source)
    {
        if (source.IsEmpty || (source[0] & 3) != 0)
        {
            ZstdError.Throw("the modes of a sequences section are missing or set reserved bits");
        }

        var modes = source[0];
        var at = 1;
        _lastLiteralLengths = ReadTable(SequenceCodes.LiteralLengths, modes >> 6, _literalLengths, _lastLiteralLengths, source, ref at);
        _lastOffsets = ReadTable(SequenceCodes.Offsets, (modes >> 4) & 3, _offsets, _lastOffsets, source, ref at);
        _lastMatchLengths = ReadTable(SequenceCodes.MatchLengths, (modes >> 2) & 3, _matchLengths, _lastMatchLengths, source, ref at);
        return at;
    }

    private static SequenceTable ReadTable(SequenceCodes codes, int mode, SequenceTable own, SequenceTable? last, ReadOnlySpan<byte> source, ref int at)
    {
        switch (mode)
        {
            case 0:
                return codes.Predefined;
            case 1:
                if (at >= source.Length)
                {
                    ZstdError.Throw($"the only {codes.Name} code is missing");
                }

                own.BuildSingle(codes, source[at++]);
                return own;
            case 2:
                at += own.Read(codes, source[at..]);
                return own;
            default:
                if (last is null)
                {
                    ZstdError.Throw($"the {codes.Name} table of a block before is used, and there is none");
                }

                return last;
        }
    }

    /// <summary>The sequences one by one; the hot loop of all of decompression.</summary>
    /// <returns>The literals used.</returns>
    private int Run(ref ReverseBits source, int count, ReadOnlySpan<byte> literals, ZstdWindow window, int end)
    {
        var bits = source;
        var literalStates = StatesOf(_lastLiteralLengths, ref bits, out var literalState);
        var offsetStates = StatesOf(_lastOffsets, ref bits, out var offsetState);
        var matchStates = StatesOf(_lastMatchLengths, ref bits, out var matchState);
        var buffer = window.Buffer.AsSpan();
        var at = window.At;
        var (maxOffset, produced) = (window.MaxOffset, window.ProducedBefore);
        var repeats = _repeats;
        var literal = 0;
        while (true)
        {
            bits.Refill();
            var offsetEntry = offsetStates[offsetState];
            var matchEntry = matchStates[matchState];
            var literalEntry = literalStates[literalState];
            var offsetValue = offsetEntry.Value + bits.Read(offsetEntry.ExtraBits);
            var matchLength = (int)(matchEntry.Value + bits.Read(matchEntry.ExtraBits));
            if (offsetEntry.ExtraBits + matchEntry.ExtraBits + literalEntry.ExtraBits > 31)
            {
                // The states' bits, 26 at most, would not fit what one refill gives.
                bits.Refill();
            }

            var literalLength = (int)(literalEntry.Value + bits.Read(literalEntry.ExtraBits));
            var offset = repeats.Take(offsetValue, literalLength);
            if (literalLength > literals.Length - literal || literalLength + matchLength > end - at)
            {
                ThrowTooLong();
            }

            CopyLiterals(literals, literal, literalLength, buffer, at);
            literal += literalLength;
            at += literalLength;
            if ((uint)(offset - 1) >= (uint)Math.Min(maxOffset, produced + at))
            {
                ThrowTooFar(offset);
            }

            if (offset >= 16 && offset <= at && matchLength <= 32)
            {
                CopyShortMatch(buffer, at, offset, matchLength);
            }
            else
            {
                window.CopyMatch(at, offset, matchLength);
            }

            at += matchLength;
            if (--count == 0)
            {
                break;
            }

            literalState = literalEntry.NextBase + (int)bits.Read(literalEntry.StateBits);
            matchState = matchEntry.NextBase + (int)bits.Read(matchEntry.StateBits);
            offsetState = offsetEntry.NextBase + (int)bits.Read(offsetEntry.StateBits);
        }

        if (bits.Remaining != 0)
        {
            ZstdError.Throw("the sequences do not end where they should");
        }

        _repeats = repeats;
        window.At = at;
        return literal;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyLiterals(ReadOnlySpan<byte> literals, int from, int length, Span<byte> buffer, int at)
    {
        if (length <= 16 && from + 16 <= literals.Length)
        {
            // Most are short: a whole vector costs less than a call, and there is slack behind the block.
            Vector128.Create(literals.Slice(from, 16)).CopyTo(buffer.Slice(at, 16));
        }
        else
        {
            literals.Slice(from, length).CopyTo(buffer[at..]);
        }
    }

    /// <summary>Copies at most 32 bytes from at least 16 bytes before, in whole vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyShortMatch(Span<byte> buffer, int at, int offset, int length)
    {
        var from = buffer.Slice(at - offset, 32);
        var to = buffer.Slice(at, 32);
        Vector128.Create<byte>(from[..16]).CopyTo(to);
        if (length > 16)
        {
            Vector128.Create<byte>(from[16..]).CopyTo(to[16..]);
        }
    }

    private static SequenceState[] StatesOf(SequenceTable? table, ref ReverseBits bits, out int state)
    {
        if (table is null)
        {
            throw new InvalidOperationException("Tables are read before sequences.");
        }

        state = (int)bits.Read(table.Log);
        return table.States;
    }

    private static void ThrowTooLong() => ZstdError.Throw("a block's sequences use more than its literals or its size");

    private static void ThrowTooFar(int offset) => ZstdError.Throw($"a match reaches back by {offset}, behind the window or the frame's begin");
}
