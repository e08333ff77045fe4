using CdcEmbedded.CrashReader;
using CdcEmbedded.MySql.Positions;

namespace CdcEmbedded.ServerTests.FaultSchedules;

/// <summary>Compares what readers delivered through faults with what one reader delivers without any.</summary>
/// <param name="truth">The changes from the start to the end of the history.</param>
public sealed class DeliveryCheck(IReadOnlyList<CapturedChange> truth)
{
    private readonly string[] _lines = [.. truth.Select(change => ChangeLine.Of(change.Event))];
    private readonly BinlogPosition[] _positions = [.. truth.Select(change => BinlogPosition.Read(change.Offset))];

    /// <summary>Number of changes that were delivered more than once.</summary>
    public int Repeated { get; private set; }

    /// <summary>Checks effects that were stored together with their offset: each happened once, in order.</summary>
    public void ExactlyOnce(IReadOnlyList<string> effects)
    {
        int same = effects.Zip(_lines).TakeWhile(pair => pair.First == pair.Second).Count();
        Assert.True(same == _lines.Length && same == effects.Count, $"Of {_lines.Length} changes and {effects.Count} effects the "
            + $"first {same} are the same; then\n"
            + $"{Line(effects, same)}\ninstead of\n{Line(_lines, same)}");
    }

    /// <summary>Checks the logs of readers that store the offset after the effect: each run starts just after the offset that it loaded and
    /// delivers what follows, without a gap or a repetition; all runs together deliver everything.</summary>
    public void AtLeastOnce(IEnumerable<string> logs)
    {
        var delivered = new int[_lines.Length];
        foreach (string log in logs)
        {
            int next = 0;
            bool isStarting = false;
            foreach (string line in Lines(log))
            {
                isStarting |= line == FaultReader.EngineStarts;
                if (isStarting && line.StartsWith("L ", StringComparison.Ordinal))
                {
                    isStarting = false;
                    next = line.Length == 2 ? 0 : FirstAfter(BinlogPosition.Read(CdcOffset.Parse(line[2..])));
                }
                else if (line.StartsWith("E ", StringComparison.Ordinal))
                {
                    Assert.True(
                        next < _lines.Length && line[2..] == _lines[next],
                        $"{Path.GetFileName(log)} has\n{Shorten(line[2..])}\ninstead of {next} of {_lines.Length}\n{Line(_lines, next)}");
                    delivered[next++]++;
                }
            }
        }

        Repeated = delivered.Sum(count => Math.Max(0, count - 1));
        int missing = Array.IndexOf(delivered, 0);
        Assert.True(missing < 0, $"{delivered.Count(count => count == 0)} of {_lines.Length} changes are missing; the first "
            + $"is {missing}\n{Line(_lines, missing)}");
    }

    /// <summary>Fails if a reader failed by anything but the faults that the test ordered.</summary>
    public static void NoFailures(IEnumerable<string> logs, bool canConflict)
    {
        string[] failures = [.. logs.SelectMany(log => Lines(log).Where(line => line.StartsWith("X ", StringComparison.Ordinal)
            || (!canConflict && line.StartsWith("C ", StringComparison.Ordinal))).Select(line => $"{Path.GetFileName(log)}: {line}"))];
        Assert.True(failures.Length == 0, string.Join('\n', failures));
    }

    /// <summary>Returns the whole lines of a log, which its reader may be writing.</summary>
    public static IEnumerable<string> Lines(string log)
    {
        using var file = new FileStream(log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var text = new StreamReader(file);
        return text.ReadToEnd().Split('\n')[..^1];
    }

    private int FirstAfter(BinlogPosition loaded)
    {
        int first = 0;
        while (first < _positions.Length)
        {
            int order = _positions[first].OrderTo(loaded)
                ?? throw new InvalidOperationException($"{loaded} and {_positions[first]} have no order.");
            if (order > 0)
            {
                break;
            }

            first++;
        }

        return first;
    }

    private static string Line(IReadOnlyList<string> lines, int at) =>
        at < 0 || at >= lines.Count ? "nothing" : Shorten(lines[at]);

    private static string Shorten(string line) => line.Length <= 700 ? line : line[..700] + "…";
}
