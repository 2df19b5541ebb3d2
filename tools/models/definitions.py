"""Models as their users define them, with random weights: each gives logits [N, classes, ...] for one input."""

import torch
import torchvision
from torch import nn


class Decoder(nn.Module):
    """A GPT-2-style decoder: learned positions, pre-norm blocks, causal attention, tied output weights."""

    def __init__(self, vocabulary=61, length=12, width=32, heads=4, layers=2):
        super().__init__()
        self.tokens = nn.Embedding(vocabulary, width)
        self.positions = nn.Parameter(0.02 * torch.randn(length, width))
        self.blocks = nn.ModuleList([DecoderBlock(width, heads) for _ in range(layers)])
        self.norm = nn.LayerNorm(width)

    def forward(self, x):
        value = self.tokens(x) + self.positions
        for block in self.blocks:
            value = block(value)
        logits = nn.functional.linear(self.norm(value), self.tokens.weight)
        return logits.transpose(1, 2)


class DecoderBlock(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attention, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):
        batch, length, width = x.shape
        parts = self.attention(self.norm1(x)).view(batch, length, 3, self.heads, width // self.heads)
        q, k, v = parts.permute(2, 0, 3, 1, 4).unbind(0)
        attended = nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.out(attended.transpose(1, 2).reshape(batch, length, width))
        return x + self.down(nn.functional.gelu(self.up(self.norm2(x)), approximate="tanh"))


def randomize(model):
    """Every vector moved from its initial zeros or ones, as training would: exporters merge parameters that are equal."""
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() == 1:
                parameter.add_(0.2 * torch.randn_like(parameter))
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.running_mean, -0.2, 0.2)
            nn.init.uniform_(module.running_var, 0.7, 1.5)
    return model


class ComposedHardsigmoid(nn.Module):
    def forward(self, x):
        return nn.functional.hardtanh(x + 3, 0.0, 6.0) / 6


class ComposedHardswish(nn.Module):
    def forward(self, x):
        return x * nn.functional.hardtanh(x + 3, 0.0, 6.0) / 6


class ComposedLayerNorm(nn.Module):
    def __init__(self, norm):
        super().__init__()
        self.weight, self.bias, self.eps = norm.weight, norm.bias, norm.eps

    def forward(self, x):
        centred = x - x.mean(-1, keepdim=True)
        return centred / (centred.square().mean(-1, keepdim=True) + self.eps).sqrt() * self.weight + self.bias


def composed(model):
    """The same function of the same parameters, of operations that PyTorch differentiates right any number of times.

    PyTorch 2.15 has no second derivative of hardsigmoid, and its third derivative of layer_norm is not the derivative of its second.
    """
    of = {
        nn.Hardsigmoid: lambda _: ComposedHardsigmoid(),
        nn.Hardswish: lambda _: ComposedHardswish(),
        nn.LayerNorm: ComposedLayerNorm,
    }
    for module in list(model.modules()):
        for name, child in module.named_children():
            for kind, compose in of.items():
                if isinstance(child, kind):
                    setattr(module, name, compose(child))
    return model


def images(batch):
    return torch.randn(batch, 3, 32, 32)


def vit():
    model = torchvision.models.VisionTransformer(
        image_size=32, patch_size=8, num_layers=2, num_heads=4, hidden_dim=32, mlp_dim=64, num_classes=10
    )
    # torchvision starts the head at zero, where every other gradient vanishes.
    nn.init.normal_(model.heads.head.weight, std=0.3)
    return model


# name: (model, input for a batch, shape of the labels for a batch, classes, batch, block of a parameter by its name, smooth)
MODELS = {
    "resnet18": (
        lambda: torchvision.models.resnet18(num_classes=10),
        images,
        lambda batch: (batch,),
        10,
        2,
        lambda name: name.split(".")[0] if name.startswith("layer") else ("head" if name.startswith("fc") else "stem"),
        False,
    ),
    "mobilenet_v3_small": (
        lambda: torchvision.models.mobilenet_v3_small(num_classes=10),
        images,
        lambda batch: (batch,),
        10,
        2,
        lambda name: f"features.{int(name.split('.')[1]) // 3}" if name.startswith("features") else "head",
        False,
    ),
    "vit": (
        vit,
        images,
        lambda batch: (batch,),
        10,
        2,
        lambda name: next((b for b in ("encoder_layer_0", "encoder_layer_1", "heads") if b in name), "embedding"),
        True,
    ),
    "gpt2_style": (
        Decoder,
        lambda batch: torch.randint(0, 61, (batch, 12)),
        lambda batch: (batch, 12),
        61,
        2,
        lambda name: ".".join(name.split(".")[:2]) if name.startswith("blocks") else name.split(".")[0],
        True,
    ),
}
