using System.Text;
using CdcEmbedded.Tests.Engine;

namespace CdcEmbedded.Tests.Snapshots;

public sealed class FileSignalChannelTests : EngineTest, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cdc-signals").FullName;
    private readonly List<SnapshotSignal> _signals = [];
    private string? _position;

    private string File => Path.Combine(_folder, "signals.jsonl");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Lines_are_read_as_they_are_appended_and_a_line_without_its_end_waits()
    {
        await ReadAsync(async () =>
        {
            Append("{\"type\":\"a\"}\r\n\n{\"type\":\"b\"");
            await UntilAsync(() => Types == "a", "the first line was read");
            Append("}\n");
            await UntilAsync(() => Types == "a b", "the second line was read");
            Append("broken\n{\"type\":\"c\"}\n");
            await UntilAsync(() => Types == "a b  c", "the others were read");
        });
        Assert.NotNull(_signals[2].Problem);
    }

    [Fact]
    public async Task Reading_resumes_after_the_last_stored_signal()
    {
        Append("\uFEFF{\"type\":\"a\"}\n{\"type\":\"b\"}\n");
        await ReadAsync(() => UntilAsync(() => Types == "a b", "the file was read"));
        Append("{\"type\":\"c\"}\n");
        await ReadAsync(() => UntilAsync(() => Types == "a b c", "the new line was read"));
        _position = null;
        await ReadAsync(() => UntilAsync(() => Types == "a b c a b c", "a channel without a position reads everything"));
    }

    [Fact]
    public async Task A_rotated_file_is_read_to_its_end_before_the_new_one()
    {
        await ReadAsync(async () =>
        {
            Append(Line("a"));
            await UntilAsync(() => Types == "a", "the first line was read");
            Append(Line("b"));
            System.IO.File.Move(File, File + ".1");
            System.IO.File.AppendAllText(File + ".1", Line("c") + "{\"type\":\"d\"}");
            Append(Line("e") + Line("f") + Line("g") + Line("h"));
            await UntilAsync(() => Types == "a b c d e f g h", "both files were read");
        });
    }

    [Fact]
    public async Task A_rotated_file_is_read_to_its_end_however_much_was_left_of_it()
    {
        var rest = Enumerable.Range(0, 30_000).Select(static i => $"r{i:D5}{new string('-', 100)}").ToArray();
        await ReadAsync(async () =>
        {
            Append(Line("a"));
            await UntilAsync(() => Types == "a", "the first line was read");
            System.IO.File.Move(File, File + ".1");
            System.IO.File.AppendAllText(File + ".1",
                $"{string.Concat(rest.Select(Line))}\n\n{new string('x', 1_100_000)}\n{Line("y")}{{\"type\":\"z\"}}");
            Append(Line("b"));
            await UntilAsync(() => _signals.ToArray() is [.., { Type: "b" }], "both files were read");
        });
        Assert.Equal(["a", .. rest, "y", "z", "b"],
            _signals.Where(static signal => signal.Problem is null).Select(static signal => signal.Type));
    }

    [Fact]
    public async Task A_truncated_file_is_read_from_its_start()
    {
        await ReadAsync(async () =>
        {
            Append(Line("a") + Line("b"));
            await UntilAsync(() => Types == "a b", "the lines were read");
            System.IO.File.WriteAllText(File, Line("c"));
            await UntilAsync(() => Types == "a b c", "the new line was read");
        });
    }

    [Fact]
    public async Task A_file_that_was_replaced_while_nobody_read_is_read_from_its_start()
    {
        Append(Line("a"));
        await ReadAsync(() => UntilAsync(() => Types == "a", "the file was read"));
        System.IO.File.WriteAllText(File, Line("b") + Line("c"));
        await ReadAsync(() => UntilAsync(() => Types == "a b c", "the new file was read"));
    }

    [Fact]
    public async Task A_line_that_is_too_long_is_rejected_and_those_after_it_are_read()
    {
        Append(new string('x', 1_100_000) + "\n" + Line("a"));
        await ReadAsync(() => UntilAsync(() => Types.EndsWith('a'), "the line after it was read"));
        Assert.All(_signals[..^1], static signal => Assert.NotNull(signal.Problem));
    }

    private string Types => string.Join(' ', _signals.ToArray().Select(static signal => signal.Type));

    private static string Line(string type) => $$"""{"type":"{{type}}"}""" + "\n";

    private void Append(string text) => System.IO.File.AppendAllText(File, text, new UTF8Encoding(false));

    /// <summary>Reads in the background while something happens to the file.</summary>
    private async Task ReadAsync(Func<Task> test)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Timeout);
        var channel = new FileSignalChannel(File) { PollInterval = TimeSpan.FromMilliseconds(1) };
        var reading = Task.Run(async () =>
        {
            try
            {
                await foreach (var signal in channel.ReadAsync(_position, stop.Token))
                {
                    _signals.Add(signal);
                    _position = signal.Position;
                }
            }
            catch (OperationCanceledException)
            {
                // The test is over.
            }
        });
        await test();
        await stop.CancelAsync();
        await reading;
    }
}
