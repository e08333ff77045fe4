using System.Diagnostics;
using System.Globalization;
using CdcEmbedded.Snapshots;

namespace CdcEmbedded.Tests.Snapshots;

/// <summary>Runs the real window through every interleaving of small cases: a writer, commits that become visible late, reads that see
/// anything between, a stream, a consumer that keeps a copy by key, crashes, pauses, failures.</summary>
/// <remarks><c>CDC_EXPLORE</c> is the number of seconds for the many generated cases; by default few.</remarks>
public sealed class ExplorationTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(
        double.Parse(Environment.GetEnvironmentVariable("CDC_EXPLORE") ?? "6", CultureInfo.InvariantCulture));

    /// <summary>Cases that each show one danger; together they kill every mutant.</summary>
    private static readonly ModelCase[] Named =
    [
        new("12", "u1 d2"),
        new("12", "u1 u1") { ChunkSize = 2 },
        new("12", "u1+u2 i3") { ChunkSize = 2 },
        new("13", "m32 m12"),
        new("23", "m31 u2") { ChunkSize = 2 },
        new("12", "t i1") { ChunkSize = 2 },
        new("12", "s u1") { ChunkSize = 2 },
        new("12", "p1 p2") { ChunkSize = 2 },
        new("23", "q31 p1"),
        new("23", "h31 p1"),
        new("12", "p1 p1 d1"),
        new("12", "u1") { ChunkSize = 2, Crashes = 1 },
        new("12", "u1+d2") { Crashes = 1 },
        new("12", "u1 u1") { Reopenings = 1, ChunkSize = 2 },
        new("12", "u1 u2") { Pauses = 1, ChunkSize = 2 },
        new("12", "u1 d2") { Failures = 1 },
        new("12", "u1") { MoreRequests = 1 },
        new("12", "u1 i3") { Stops = 1 },
        new("12", "u1 d2") { ChunkSize = 2, MaxTouched = 1 },
    ];

    private static readonly string[] Words = ["i1", "i3", "u1", "u2", "p1", "p2", "d1", "d2", "m12", "m31", "q31", "q23", "h31", "t", "s"];

    [Fact]
    public void Every_interleaving_of_the_named_cases_ends_with_a_copy_equal_to_the_source()
    {
        long states = 0, steps = 0;
        foreach (var model in Named.SelectMany(WithWatermarks))
        {
            var started = Stopwatch.GetTimestamp();
            var found = Explorer.Run(model, WindowRules.Default, TimeSpan.FromMinutes(5));
            Assert.True(found.IsComplete);
            states += found.States;
            steps += found.Steps;
            output.WriteLine($"{model}: {found.States:N0} states, {found.Steps:N0} steps, {found.Ends:N0} ends, "
                + $"{Stopwatch.GetElapsedTime(started).TotalSeconds:F1} s");
        }

        output.WriteLine($"{states:N0} states, {steps:N0} steps");
    }

    [Fact]
    public void Every_interleaving_of_as_many_generated_cases_as_there_is_time_for_ends_with_a_copy_equal_to_the_source()
    {
        var started = Stopwatch.GetTimestamp();
        var random = new Random(Environment.GetEnvironmentVariable("CDC_RANDOM_SEED") is { } seed ? int.Parse(seed, null) : 1);
        var seen = Enum.GetValues<ModelWatermark>().ToDictionary(static watermark => watermark,
            static _ => (Cases: 0, States: 0L, Steps: 0L));
        while (Stopwatch.GetElapsedTime(started) is var elapsed && elapsed < Budget)
        {
            var model = Generate(random);
            var found = Explorer.Run(model, WindowRules.Default, Budget - elapsed);
            var (cases, states, steps) = seen[model.Watermark];
            seen[model.Watermark] = (cases + (found.IsComplete ? 1 : 0), states + found.States, steps + found.Steps);
        }

        foreach (var (watermark, (cases, states, steps)) in seen)
        {
            output.WriteLine($"{watermark}: {cases:N0} cases, {states:N0} states, {steps:N0} steps");
        }

        Assert.All(seen.Values, static each => Assert.True(each.States > 0));
    }

    public static TheoryData<string> MutantNames => [.. Mutants.All.Keys];

    [Theory]
    [MemberData(nameof(MutantNames))]
    public void The_exploration_finds_a_window_with_one_wrong_rule(string name)
    {
        foreach (var model in Named)
        {
            try
            {
                Explorer.Run(model, Mutants.All[name], TimeSpan.FromMinutes(1));
            }
            catch (ModelViolationException e)
            {
                output.WriteLine(e.Message);
                return;
            }
        }

        Assert.Fail($"No interleaving shows that {name}.");
    }

    /// <summary>The case with each kind of watermark. MongoDB has whole documents only, and no schemas.</summary>
    private static IEnumerable<ModelCase> WithWatermarks(ModelCase model)
        => Enum.GetValues<ModelWatermark>()
            .Where(watermark => watermark != ModelWatermark.ClusterTime || !HasParts(model.Script))
            .Select(watermark => model with { Watermark = watermark });

    private static bool HasParts(string script) => script.AsSpan().IndexOfAny("pqhs") >= 0;

    private static ModelCase Generate(Random random)
    {
        string[] starts = ["12", "23", "123", "1", ""];
        var words = new List<string>();
        for (var count = random.Next(1, 4); count > 0; count--)
        {
            var word = Words[random.Next(Words.Length)];
            words.Add(random.Next(4) == 0 ? $"{word}+{Words[random.Next(Words.Length)]}" : word);
        }

        var accident = random.Next(8);
        var isPartial = words.Exists(static word => word.AsSpan().IndexOfAny("pqh") >= 0);
        var watermark = (ModelWatermark)random.Next(words.Exists(HasParts) ? 2 : 3);
        return new ModelCase(starts[random.Next(starts.Length)], string.Join(' ', words))
        {
            ChunkSize = random.Next(1, 4),
            Watermark = watermark,
            Crashes = accident is 0 or 1 ? 1 : 0,
            IsTransactional = isPartial || random.Next(2) == 0,
            Reopenings = accident == 2 ? 1 : 0,
            Pauses = accident == 3 ? 1 : 0,
            Failures = accident == 4 ? 1 : 0,
            MoreRequests = accident == 5 ? 1 : 0,
            Stops = accident == 6 ? 1 : 0,
        };
    }
}
