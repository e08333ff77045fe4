using System.Globalization;
using System.Runtime.InteropServices;
using CdcEmbedded.MongoDb.Bson;

namespace CdcEmbedded.MongoDb.Wire;

/// <summary>What a client says of itself for the server's log: program, driver, system, runtime, and the cloud function that it runs
/// in.</summary>
/// <remarks>Specification "MongoDB Handshake": at most 512 bytes, and what is left out first.</remarks>
internal sealed class ClientMetadata
{
    private const int MaxSize = 512;
    private readonly string? _application;
    private readonly Func<string, string?> _environment;
    private readonly Func<string, bool> _fileExists;

    /// <summary>Prepares it.</summary>
    /// <param name="application">The program's name; null for none.</param>
    /// <param name="environment">Reads a variable.</param>
    /// <param name="fileExists">Whether a file exists.</param>
    public ClientMetadata(string? application, Func<string, string?> environment, Func<string, bool> fileExists)
    {
        _application = application;
        _environment = environment;
        _fileExists = fileExists;
    }

    private enum Detail
    {
        All,
        EnvironmentName,
        OperatingSystemType,
        NoEnvironment,
        NoPlatform,
    }

    /// <summary>The document, with as much in it as its limit allows.</summary>
    public RawBson Build()
    {
        for (var detail = Detail.All; ; detail++)
        {
            var document = Build(detail);
            if (document.Bytes.Length <= MaxSize || detail == Detail.NoPlatform)
            {
                return document;
            }
        }
    }

    private RawBson Build(Detail detail)
    {
        var writer = new BsonWriter(MaxSize);
        if (_application is not null)
        {
            writer.StartDocument("application"u8);
            writer.WriteString("name"u8, _application);
            writer.End();
        }

        writer.StartDocument("driver"u8);
        writer.WriteString("name"u8, "CdcEmbedded");
        writer.WriteString("version"u8, typeof(ClientMetadata).Assembly.GetName().Version?.ToString(3) ?? "0");
        writer.End();
        writer.StartDocument("os"u8);
        writer.WriteString("type"u8, OperatingSystemType());
        if (detail < Detail.OperatingSystemType)
        {
            writer.WriteString("name"u8, RuntimeInformation.OSDescription);
            writer.WriteString("architecture"u8, RuntimeInformation.ProcessArchitecture.ToString());
        }

        writer.End();
        if (detail < Detail.NoPlatform)
        {
            writer.WriteString("platform"u8, RuntimeInformation.FrameworkDescription);
        }

        if (detail < Detail.NoEnvironment)
        {
            WriteEnvironment(writer, namesOnly: detail >= Detail.EnvironmentName);
        }

        return writer.ToDocument();
    }

    private static string OperatingSystemType() => true switch
    {
        _ when OperatingSystem.IsWindows() => "Windows",
        _ when OperatingSystem.IsMacOS() => "Darwin",
        _ when OperatingSystem.IsLinux() => "Linux",
        _ => "unknown",
    };

    private void WriteEnvironment(BsonWriter writer, bool namesOnly)
    {
        var function = FunctionName();
        var docker = _fileExists("/.dockerenv");
        var kubernetes = Has("KUBERNETES_SERVICE_HOST");
        if (function is null && (namesOnly || (!docker && !kubernetes)))
        {
            return;
        }

        writer.StartDocument("env"u8);
        if (function is not null)
        {
            writer.WriteString("name"u8, function);
        }

        if (!namesOnly)
        {
            WriteFunctionDetails(writer, function);
            WriteContainer(writer, docker, kubernetes);
        }

        writer.End();
    }

    // More than one provider means that the variables tell nothing, except that Vercel runs on AWS.
    private string? FunctionName()
    {
        var names = new List<string>(3);
        if (Has("VERCEL"))
        {
            names.Add("vercel");
        }
        else if ((_environment("AWS_EXECUTION_ENV")?.StartsWith("AWS_Lambda_", StringComparison.Ordinal) ?? false)
            || Has("AWS_LAMBDA_RUNTIME_API"))
        {
            names.Add("aws.lambda");
        }

        if (Has("FUNCTIONS_WORKER_RUNTIME"))
        {
            names.Add("azure.func");
        }

        if (Has("K_SERVICE") || Has("FUNCTION_NAME"))
        {
            names.Add("gcp.func");
        }

        return names.Count == 1 ? names[0] : null;
    }

    private void WriteFunctionDetails(BsonWriter writer, string? function)
    {
        switch (function)
        {
            case "aws.lambda":
                WriteText(writer, "region", "AWS_REGION");
                WriteNumber(writer, "memory_mb", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE");
                break;
            case "gcp.func":
                WriteNumber(writer, "memory_mb", "FUNCTION_MEMORY_MB");
                WriteNumber(writer, "timeout_sec", "FUNCTION_TIMEOUT_SEC");
                WriteText(writer, "region", "FUNCTION_REGION");
                break;
            case "vercel":
                WriteText(writer, "region", "VERCEL_REGION");
                break;
        }
    }

    private static void WriteContainer(BsonWriter writer, bool docker, bool kubernetes)
    {
        if (docker || kubernetes)
        {
            writer.StartDocument("container"u8);
            if (docker)
            {
                writer.WriteString("runtime"u8, "docker");
            }

            if (kubernetes)
            {
                writer.WriteString("orchestrator"u8, "kubernetes");
            }

            writer.End();
        }
    }

    private bool Has(string variable) => !string.IsNullOrEmpty(_environment(variable));

    private void WriteText(BsonWriter writer, string name, string variable)
    {
        // A variable may hold anything; one that is not text is left out rather than failing the connection.
        if (_environment(variable) is { Length: > 0 } text && text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') < 0)
        {
            writer.WriteString(name, text);
        }
    }

    private void WriteNumber(BsonWriter writer, string name, string variable)
    {
        if (int.TryParse(_environment(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            writer.WriteInt32(name, number);
        }
    }
}
