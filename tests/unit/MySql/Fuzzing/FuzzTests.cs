using CdcEmbedded.Tests.Fuzzing;

namespace CdcEmbedded.MySql.Tests.Fuzzing;

/// <summary>Damaged input of every kind for a time: half a minute in all, longer with <c>CDC_FUZZ_SECONDS</c>.</summary>
public sealed class FuzzTests(ITestOutputHelper output)
{
    public static TheoryData<string, double> Targets => new()
    {
        { nameof(DamagedEvents), 6 }, { nameof(DamagedFeeds), 6 }, { nameof(DamagedStatements), 4 }, { nameof(DamagedTexts), 4 },
        { nameof(DamagedJson), 3 }, { nameof(DamagedPayloads), 3 }, { nameof(DamagedAnswers), 2 },
    };

    [Theory]
    [MemberData(nameof(Targets))]
    public void Damaged_input_gives_only_exceptions_of_the_library_in_bounded_time_and_memory(string name, double seconds)
    {
        var target = Make(name);
        using var disposing = target as IDisposable;
        output.WriteLine($"{name}: {FuzzRun.Run(target, seconds)} inputs");
    }

    internal static FuzzTarget Make(string name) => name switch
    {
        nameof(DamagedEvents) => new DamagedEvents(),
        nameof(DamagedFeeds) => new DamagedFeeds(),
        nameof(DamagedStatements) => new DamagedStatements(),
        nameof(DamagedTexts) => new DamagedTexts(),
        nameof(DamagedJson) => new DamagedJson(),
        nameof(DamagedPayloads) => new DamagedPayloads(),
        nameof(DamagedAnswers) => new DamagedAnswers(),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "There is no such target."),
    };
}
