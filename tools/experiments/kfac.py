"""A grid of K-FAC by kfac-jax on the data, initial parameters and batches of kfac.mjs; JSON on standard output."""

import json
import sys
import time

import jax
import jax.numpy as jnp
import kfac_jax
import numpy as np


def logits_of(parameters, x):
    for weight, bias in parameters[:-1]:
        x = jnp.tanh(x @ weight + bias)
    weight, bias = parameters[-1]
    return x @ weight + bias


def loss_of(parameters, batch):
    x, y = batch
    logits = logits_of(parameters, x)
    kfac_jax.register_softmax_cross_entropy_loss(logits, jax.nn.one_hot(y, logits.shape[-1]))
    return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(logits), y[:, None], axis=1))


def initial(data):
    layers = sum(name.endswith(".weight") for name in data.files)
    return [(jnp.asarray(data[f"{i}.weight"].T), jnp.asarray(data[f"{i}.bias"])) for i in range(layers)]


def optimizer_of(settings):
    return kfac_jax.Optimizer(
        jax.value_and_grad(loss_of),
        l2_reg=0.0,
        learning_rate_schedule=lambda step, **_: settings["lr"],
        momentum_schedule=lambda step, **_: settings["momentum"],
        damping_schedule=lambda step, **_: settings["damping"],
        norm_constraint=settings["largestKL"],
        curvature_ema=settings["decay"],
        curvature_update_period=settings["factorPeriod"],
        inverse_update_period=settings["inversePeriod"],
        estimation_mode="fisher_gradients",
        num_burnin_steps=0,
    )


def train(data, settings, seed):
    """Mean training loss of each epoch's batches, each before its step, and the accuracy on the test set at the end."""
    parameters = initial(data)
    optimizer = optimizer_of(settings)
    key, opening = jax.random.split(jax.random.PRNGKey(seed))
    images, labels = data["x_train"], data["y_train"].astype(np.int32)
    state = optimizer.init(parameters, opening, (images[:100], labels[:100]))
    began = time.perf_counter()
    epochs = []
    for epoch in data["order"]:
        losses = []
        for batch in epoch:
            key, drawn = jax.random.split(key)
            parameters, state, stats = optimizer.step(parameters, state, drawn, batch=(images[batch], labels[batch]))
            losses.append(float(stats["loss"]))
        epochs.append(float(np.mean(losses)))
    guessed = np.argmax(logits_of(parameters, data["x_test"]), axis=1)
    return {
        "seed": seed,
        **settings,
        "trainLoss": epochs,
        "testAccuracy": float(np.mean(guessed == data["y_test"])),
        "seconds": time.perf_counter() - began,
    }


def main():
    task = json.loads(sys.stdin.read())
    runs = []
    for seed, path in task["seeds"]:
        with np.load(path) as archive:
            for settings in task["grid"]:
                run = train(archive, settings, seed)
                runs.append(run)
                print(json.dumps(run), file=sys.stderr, flush=True)
    json.dump(runs, sys.stdout)


main()
