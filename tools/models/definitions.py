"""Models as their users define them, with random weights, and how each is exported."""

from dataclasses import dataclass
from typing import Callable

import numpy as np
import skl2onnx
import torch
import torchvision
from sklearn.neural_network import MLPClassifier
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


class Classifier(nn.Module):
    """scikit-learn's MLPClassifier after some training, its parameters under the names that skl2onnx gives them."""

    def __init__(self, features=6, hidden=8, classes=4):
        super().__init__()
        draw = np.random.default_rng(3)
        points, labels = draw.normal(size=(60, features)).astype(np.float32), draw.integers(0, classes, 60)
        self.fitted = MLPClassifier((hidden,), activation="tanh", solver="lbfgs", max_iter=15, random_state=0).fit(points, labels)
        self.points = points
        (self.coefficient, self.coefficient1), (self.intercepts, self.intercepts1) = (
            [nn.Parameter(torch.tensor(np.atleast_2d(v), dtype=torch.float32)) for v in values]
            for values in (self.fitted.coefs_, self.fitted.intercepts_)
        )

    def forward(self, x):
        return torch.tanh(x @ self.coefficient + self.intercepts) @ self.coefficient1 + self.intercepts1


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


def by_dynamo(model, x, path):
    program = torch.onnx.export(
        model,
        (x,),
        input_names=["x"],
        output_names=["logits"],
        dynamic_shapes=({0: torch.export.Dim("N", min=1, max=512)},),
        dynamo=True,
        verbose=False,
        # Its optimiser folds weights into new ones, which are no longer the model's.
        optimize=False,
    )
    program.save(path, external_data=False)


def by_torchscript(model, x, path):
    torch.onnx.export(
        model,
        (x,),
        path,
        input_names=["x"],
        output_names=["logits"],
        dynamic_axes={"x": {0: "N"}, "logits": {0: "N"}},
        opset_version=17,
        dynamo=False,
        # Otherwise batch normalisation is folded into the convolutions, and their weights are no longer the model's.
        training=torch.onnx.TrainingMode.PRESERVE,
        do_constant_folding=False,
    )


def by_skl2onnx(model, _x, path):
    file = skl2onnx.to_onnx(model.fitted, model.points[:1], options={"zipmap": False}, target_opset=17)
    with open(path, "wb") as out:
        out.write(file.SerializeToString())


TORCH = {"dynamo": by_dynamo, "torchscript": by_torchscript}


@dataclass(frozen=True)
class Model:
    build: Callable
    # A batch of inputs, and the shape of its labels.
    inputs: Callable = lambda batch: torch.randn(batch, 3, 32, 32)
    label_shape: Callable = lambda batch: (batch,)
    classes: int = 10
    # The block that a parameter belongs to, from its name.
    block: Callable = lambda name: name
    # No relu or max-pooling, so that finite differences can vouch for derivatives.
    smooth: bool = False
    exporters: dict = None
    # Names of the input and of the logits in the exported file.
    x: str = "x"
    logits: str = "logits"


def vit():
    model = torchvision.models.VisionTransformer(
        image_size=32, patch_size=8, num_layers=2, num_heads=4, hidden_dim=32, mlp_dim=64, num_classes=10
    )
    # torchvision starts the head at zero, where every other gradient vanishes.
    nn.init.normal_(model.heads.head.weight, std=0.3)
    return model


def gpt2():
    model = Decoder(vocabulary=50257, length=64, width=768, heads=12, layers=12)
    for module in model.modules():
        if isinstance(module, (nn.Embedding, nn.Linear)):
            nn.init.normal_(module.weight, std=0.02)
    return model


def resnet_block(name):
    if name.startswith("layer"):
        return name.split(".")[0]
    return "head" if name.startswith("fc") else "stem"


MODELS = {
    "resnet18": Model(lambda: torchvision.models.resnet18(num_classes=10), block=resnet_block, exporters=TORCH),
    "mobilenet_v3_small": Model(
        lambda: torchvision.models.mobilenet_v3_small(num_classes=10),
        block=lambda name: f"features.{int(name.split('.')[1]) // 3}" if name.startswith("features") else "head",
        exporters=TORCH,
    ),
    "vit": Model(
        vit,
        block=lambda name: next((b for b in ("encoder_layer_0", "encoder_layer_1", "heads") if b in name), "embedding"),
        smooth=True,
        exporters=TORCH,
    ),
    "gpt2_style": Model(
        Decoder,
        inputs=lambda batch: torch.randint(0, 61, (batch, 12)),
        label_shape=lambda batch: (batch, 12),
        classes=61,
        block=lambda name: ".".join(name.split(".")[:2]) if name.startswith("blocks") else name.split(".")[0],
        smooth=True,
        exporters=TORCH,
    ),
    "mlp_classifier": Model(
        Classifier,
        inputs=lambda batch: torch.randn(batch, 6),
        classes=4,
        smooth=True,
        exporters={"skl2onnx": by_skl2onnx},
        x="X",
        logits="add_result1",
    ),
}

# At the size that people have them. Initial weights for the decoder as GPT-2's: with PyTorch's the loss of the tied output is in the hundreds.
LARGE = {
    "resnet50": Model(
        torchvision.models.resnet50,
        inputs=lambda batch: torch.randn(batch, 3, 224, 224),
        classes=1000,
        block=resnet_block,
        exporters={"torchscript": by_torchscript},
    ),
    "gpt2": Model(
        gpt2,
        inputs=lambda batch: torch.randint(0, 50257, (batch, 64)),
        label_shape=lambda batch: (batch, 64),
        classes=50257,
        block=lambda name: f"blocks.{int(name.split('.')[1]) // 3}" if name.startswith("blocks") else "embedding and norm",
        exporters={"torchscript": by_torchscript},
    ),
}
