using CdcEmbedded.Tests.Fuzzing;

namespace CdcEmbedded.MongoDb.Tests.Fuzzing;

/// <summary>Damaged replies and descriptions for a time: some seconds, longer with <c>CDC_FUZZ_SECONDS</c>.</summary>
public sealed class FuzzTests(ITestOutputHelper output)
{
    public static TheoryData<string, double> Targets => new() { { nameof(DamagedReplies), 3 }, { nameof(DamagedUpdates), 2 } };

    [Theory]
    [MemberData(nameof(Targets))]
    public void Damaged_input_gives_only_exceptions_of_the_library_in_bounded_time_and_memory(string name, double seconds)
    {
        FuzzTarget target = name == nameof(DamagedReplies) ? new DamagedReplies() : new DamagedUpdates();
        using var disposing = target as IDisposable;
        output.WriteLine($"{name}: {FuzzRun.Run(target, seconds)} inputs");
    }
}
