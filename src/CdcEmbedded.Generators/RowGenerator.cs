using System.Text;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace CdcEmbedded.Generators;

/// <summary>Writes <c>IDataRow&lt;T&gt;</c> for each type with <c>[CdcRow]</c>.</summary>
[Generator(LanguageNames.CSharp)]
public sealed class RowGenerator : IIncrementalGenerator
{
    private const string AttributeName = "CdcEmbedded.CdcRowAttribute";

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var types = context.SyntaxProvider.ForAttributeWithMetadataName(AttributeName,
            static (node, _) => node is TypeDeclarationSyntax, static (found, stop) => Generate(found, stop));
        context.RegisterSourceOutput(types, static (output, result) =>
        {
            foreach (var problem in result.Problems)
            {
                output.ReportDiagnostic(problem.ToDiagnostic());
            }

            if (result.Source.Length > 0)
            {
                output.AddSource(result.HintName, SourceText.From(result.Source, Encoding.UTF8));
            }
        });
    }

    private static GeneratedRow Generate(GeneratorAttributeSyntaxContext found, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        var type = (INamedTypeSymbol)found.TargetSymbol;
        var model = RowModel.Read(type, (TypeDeclarationSyntax)found.TargetNode);
        return new GeneratedRow(model.HintName, model.HasErrors ? "" : RowWriter.Write(model), model.Problems);
    }
}
