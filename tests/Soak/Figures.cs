using Tunnel.Testing.Programs;

namespace Tunnel.Soak;

/// <summary>What a program holds.</summary>
/// <param name="Name">The program.</param>
/// <param name="Descriptors">Open descriptors, without one for each session: a bridge keeps more or fewer of those as the crowd needs them.</param>
/// <param name="Memory">Proportional memory (PSS) in bytes.</param>
internal sealed record Figures(string Name, int Descriptors, long Memory)
{
    public static IReadOnlyList<Figures> Of(Deployment deployment) =>
        [.. deployment.Programs.Select(p => new Figures(p.Name, ProcessFigures.OpenDescriptors(p.Id) - deployment.SessionsOf(p), ProcessFigures.ProportionalBytes(p.Id)))];
}
