using System.Diagnostics.Metrics;
using System.Globalization;
using CdcEmbedded.TestServers;

namespace CdcEmbedded.ServerTests;

/// <summary>What metrics say of a real server's log.</summary>
public sealed class MySqlMetricTests(MySql97Fixture mySql97, MySql56Fixture mySql56)
{
    [Fact]
    public async Task MySql_9_7_says_how_far_the_position_is_from_both_ends_of_its_log()
    {
        await using MySqlTestServer server = await mySql97.StartOwnAsync("--binlog-expire-logs-seconds=7200");
        await MeasuresAsync(server, "SHOW BINARY LOGS", TimeSpan.FromHours(2));
    }

    [Fact]
    public async Task MySql_5_6_says_how_far_the_position_is_from_both_ends_of_its_log()
    {
        await using MySqlTestServer server = await mySql56.StartOwnAsync("--expire-logs-days=3");
        await MeasuresAsync(server, "SHOW BINARY LOGS", TimeSpan.FromDays(3));
    }

    private static async Task MeasuresAsync(MySqlTestServer server, string logs, TimeSpan kept)
    {
        await server.ExecuteAsync("CREATE DATABASE metrics; CREATE TABLE metrics.a (id INT PRIMARY KEY, v VARCHAR(100));");
        await server.ExecuteAsync("FLUSH BINARY LOGS");
        string name = Guid.NewGuid().ToString("N");
        var values = new Dictionary<string, double>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == CdcTelemetry.MeterName)
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        void Note(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            foreach (KeyValuePair<string, object?> tag in tags)
            {
                if (tag is { Key: "cdc.engine", Value: string engine } && engine == name)
                {
                    values[instrument.Name] = value;
                }
            }
        }

        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Note(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Note(instrument, value, tags));
        listener.Start();
        CdcEngineOptions options = new() { Name = name, StartFrom = StartPosition.At(await Capture.EndOfLogAsync(server)) };
        var isMeasured = new TaskCompletionSource();
        await using var capture = new LiveCapture(Capture.Source(server, "metrics"), options, onChange: change =>
            change.After["id"].AsInt32() == 2 ? isMeasured.Task.WaitAsync(Capture.Patience) : Task.CompletedTask);
        await server.ExecuteAsync("INSERT INTO metrics.a VALUES (1, 'x'); INSERT INTO metrics.a VALUES (2, REPEAT('y', 100)), (3, 'z');");
        await capture.CountAsync(1);
        await capture.UntilAsync(() =>
        {
            listener.RecordObservableInstruments();
            return values.ContainsKey("cdc.log.remaining");
        }, () => "nothing was measured");
        isMeasured.SetResult();

        // The first change is processed, the transaction of the second is not.
        long whole = (await server.QueryAsync(logs)).Sum(row => long.Parse(row[1] ?? "", CultureInfo.InvariantCulture));
        Assert.InRange(values["cdc.log.remaining"], 100, 1_000);
        Assert.Equal(whole, values["cdc.log.remaining"] + values["cdc.log.headroom"]);
        Assert.InRange(values["cdc.log.headroom.time"], kept.TotalSeconds - 60, kept.TotalSeconds);
        Assert.Equal(1, values["cdc.up"]);
    }
}
