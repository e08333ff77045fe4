using System.Diagnostics.Metrics;

namespace CdcEmbedded.Tests.Telemetry;

/// <summary>Listens to the instruments of one engine.</summary>
internal sealed class Metrics : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly List<(string Name, double Value, Dictionary<string, object?> Tags)> _read = [];
    private readonly string _engine;

    public Metrics(string engine, string meter = CdcTelemetry.MeterName)
    {
        _engine = engine;
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == meter)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>Collects, and returns the measurements of an instrument.</summary>
    public IReadOnlyList<(double Value, Dictionary<string, object?> Tags)> Read(string name)
    {
        lock (_read)
        {
            _read.RemoveAll(one => !one.Name.EndsWith(".duration", StringComparison.Ordinal)
                && !one.Name.EndsWith(".given_up", StringComparison.Ordinal));
        }

        _listener.RecordObservableInstruments();
        lock (_read)
        {
            return [.. _read.Where(one => one.Name == name).Select(one => (one.Value, one.Tags))];
        }
    }

    /// <summary>Collects, and returns the only measurement of an instrument; null for none.</summary>
    public double? Value(string name) => Read(name) is [var (value, _)] ? value : null;

    public void Dispose() => _listener.Dispose();

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var named = new Dictionary<string, object?>(tags.ToArray());
        if (named["cdc.engine"] as string == _engine)
        {
            lock (_read)
            {
                _read.Add((instrument.Name, value, named));
            }
        }
    }
}
