using System.CommandLine;
using System.CommandLine.Invocation;
using System.Reflection;
using CdcEmbedded;

namespace CdcTail;

/// <summary>Prints the version of the library.</summary>
internal sealed class VersionLine : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var version = typeof(CdcEngine)
            .Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0];
        parseResult.InvocationConfiguration.Output.Write($"CdcTail {version}\n");
        return 0;
    }
}
